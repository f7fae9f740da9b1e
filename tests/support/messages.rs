//! What a message says.

/// Returns whether `message` contains `number`, and not only as a part of a longer number.
pub(crate) fn names_number(message: &str, number: usize) -> bool {
    message
        .split(|c: char| !c.is_ascii_digit())
        .any(|digits| digits == number.to_string())
}
