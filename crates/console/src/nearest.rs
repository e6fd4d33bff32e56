//! The known name that was probably meant.

/// The most characters of a name that is compared: longer ones are nobody's misspelling.
const COMPARED_MAX: usize = 40;
/// The most letters that may differ.
const DISTANCE_MAX: usize = 3;

/// The known name with the fewest differing letters, where these are few.
pub(crate) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    if name.len() > COMPARED_MAX {
        return None;
    }
    let nearest = known.iter().map(|other| (distance(name.as_bytes(), other.as_bytes()), *other));
    let (distance, other) = nearest.min_by_key(|(distance, _)| *distance)?;
    (distance <= DISTANCE_MAX && distance < name.len()).then_some(other)
}

/// Letters to insert, delete or replace (Levenshtein).
fn distance(left: &[u8], right: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, letter) in left.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, other) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(!letter.eq_ignore_ascii_case(other));
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_one_that_was_meant() {
        let known = ["secret", "scope", "dialect", "max_body_bytes"];
        assert_eq!(nearest("sceret", &known), Some("secret"));
        assert_eq!(nearest("max_body_byte", &known), Some("max_body_bytes"));
        assert_eq!(nearest("Dialect", &known), Some("dialect"));
        assert_eq!(nearest("rate_limit", &known), None);
        assert_eq!(nearest("", &known), None);
        assert_eq!(nearest(&"s".repeat(5000), &known), None);
    }
}
