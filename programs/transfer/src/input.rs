//! The bytes that are sent.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::PathBuf;

use anyhow::{Context, Result};
use indicatif::BinaryBytes;

/// Where the bytes come from.
pub(crate) enum Source {
    File(PathBuf),
    /// This many bytes of [`Noise`].
    Noise(u64),
}

/// The bytes.
pub(crate) struct Input {
    pub(crate) name: String,
    pub(crate) reader: Box<dyn BufRead + Send>,
    /// For the progress bar only, because a file can grow or shrink meanwhile, and a pipe has no
    /// length. All bytes up to the end of the source are sent.
    pub(crate) length: Option<u64>,
}

/// Opens the source, to be read `chunk` bytes at a time.
pub(crate) fn open(source: &Source, chunk: usize) -> Result<Input> {
    let path = match source {
        Source::File(path) => path,
        &Source::Noise(size) => {
            return Ok(Input {
                name: format!("{} of noise", BinaryBytes(size)),
                reader: Box::new(Noise::new(size, chunk)),
                length: Some(size),
            })
        }
    };
    let name = path.display().to_string();
    let file = File::open(path).with_context(|| format!("cannot open {name}"))?;
    let length = match file.metadata() {
        Ok(metadata) if metadata.is_file() => Some(metadata.len()),
        _ => None,
    };
    let reader = Box::new(BufReader::with_capacity(chunk, file));
    Ok(Input {
        name,
        reader,
        length,
    })
}

/// Bytes that are cheap to make, and the same in each run and with each size of the chunks.
///
/// They repeat a block of pseudo-random bytes, but each KiB begins with its position in the stream.
/// Bytes that are changed, lost, duplicated or out of order therefore change the checksum. The
/// length of the block, 67 KiB, has no large factor in common with usual capacities. Stale bytes of
/// a ring of 64 KiB therefore differ from the correct ones.
pub(crate) struct Noise {
    /// The block, followed by its beginning again, so that a chunk that starts anywhere in the
    /// block is contiguous.
    block: Vec<u8>,
    position: u64,
    left: u64,
    chunk: usize,
}

const BLOCK: usize = 67 << 10;

/// The distance between two positions.
const STEP: usize = 1 << 10;

impl Noise {
    /// `size` bytes, in chunks of at most `chunk` bytes.
    pub(crate) fn new(size: u64, chunk: usize) -> Self {
        let mut block = Vec::with_capacity(BLOCK);
        let mut state = 0_u64;
        while block.len() < BLOCK {
            // splitmix64
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            block.extend((z ^ (z >> 31)).to_le_bytes());
        }
        // The last position may be only partly in the chunk.
        let length = BLOCK + chunk + size_of::<u64>();
        let block = block.into_iter().cycle().take(length).collect();
        Self {
            block,
            position: 0,
            left: size,
            chunk,
        }
    }
}

impl BufRead for Noise {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let n = self.left.min(self.chunk as u64) as usize;
        let start = (self.position % BLOCK as u64) as usize;
        let end = start + n;
        for at in (start / STEP * STEP..end).step_by(STEP) {
            let position = self.position - start as u64 + at as u64;
            self.block[at..][..size_of::<u64>()].copy_from_slice(&position.to_le_bytes());
        }
        Ok(&self.block[start..end])
    }

    fn consume(&mut self, n: usize) {
        self.position += n as u64;
        self.left -= n as u64;
    }
}

impl Read for Noise {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(buf)?;
        self.consume(n);
        Ok(n)
    }
}
