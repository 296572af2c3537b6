//! "Did you mean": the known word nearest to a mistyped one.

/// The candidate that differs least from `given`, if one is near enough to be meant.
#[must_use]
pub fn did_you_mean<'a>(
    given: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let limit = (given.chars().count() / 3).max(1) + usize::from(given.len() > 3);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(given, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        let known = ["instance_type", "ami", "subnet_id"];
        assert_eq!(did_you_mean("instance_typ", known), Some("instance_type"));
        assert_eq!(did_you_mean("imsntance_type", known), Some("instance_type"));
        assert_eq!(did_you_mean("colour", known), None);
    }
}
