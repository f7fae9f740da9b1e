//! Which calls return `Pending` although they could make progress.

/// A reproducible sequence of decisions for calls of one kind.
#[derive(Debug)]
pub(super) struct PendingSequence {
    state: u64,
    one_in: u32,
    /// The last decision.
    is_pending: bool,
}

impl PendingSequence {
    /// Makes one sequence for each kind of call.
    pub(super) fn for_each_call(seed: u64, one_in: u32) -> [Self; 4] {
        // The states are consecutive numbers, and so may be the seeds of several streams. Mixing
        // the seed keeps the writes of one seed from being the reads of the next.
        let start = mix(seed);
        [0, 1, 2, 3].map(|call| Self {
            state: start.wrapping_add(call),
            one_in,
            is_pending: false,
        })
    }

    /// Decides whether the next call returns `Pending`. Never says so twice in a row.
    pub(super) fn next(&mut self) -> bool {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let is_due = mix(self.state) % u64::from(self.one_in) == 0;
        self.is_pending = is_due && !self.is_pending;
        self.is_pending
    }
}

/// The output function of SplitMix64, which makes unrelated numbers from consecutive ones.
fn mix(n: u64) -> u64 {
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers that other implementations of SplitMix64 make from the seed 1234567.
    #[test]
    fn mix_makes_the_numbers_of_splitmix64() {
        let mut state = 1_234_567_u64;
        let made = [0; 3].map(|_| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            mix(state)
        });
        let expected = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
        ];
        assert_eq!(made, expected);
    }
}
