//! The page of each diagnostic code, embedded: `codes/E0304.md` says what is wrong, why, and how to mend it.

/// Codes with their pages, in order.
#[must_use]
pub const fn pages() -> &'static [(&'static str, &'static str)] {
    include!(concat!(env!("OUT_DIR"), "/pages.rs"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_begins_with_its_code_and_title() {
        for (code, page) in pages() {
            let title = page.lines().next().unwrap_or_default();
            assert!(title.starts_with(&format!("# {code}: ")), "{code}: {title}");
        }
    }
}
