//! Web pages that say where a package is: the header `X-Terraform-Get`, or an HTML `meta` element of that kind.

use std::sync::LazyLock;

use regex::Regex;

/// The header.
pub const HEADER: &str = "x-terraform-get";

/// The parameter that tells a page who asks.
pub const PARAMETER: (&str, &str) = ("terraform-get", "1");

/// What the `meta` element `terraform-get` of a page says.
#[must_use]
pub fn meta(page: &str) -> Option<String> {
    static ELEMENT: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?is)<meta\s[^>]*>").expect("a pattern"));
    let element = ELEMENT.find_iter(page).map(|found| found.as_str()).find(|element| {
        attribute(element, "name").is_some_and(|name| name.eq_ignore_ascii_case("terraform-get"))
    })?;
    attribute(element, "content").map(|content| content.replace("&amp;", "&"))
}

fn attribute(element: &str, name: &str) -> Option<String> {
    let pattern = format!(r#"(?is)\s{name}\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))"#);
    let found = Regex::new(&pattern).ok()?.captures(element)?;
    let value = found.iter().skip(1).flatten().next()?;
    Some(value.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_where_the_package_is() {
        for (page, expected) in [
            (r#"<meta name="terraform-get" content="git::https://x/y">"#, Some("git::https://x/y")),
            (r"<META content='./a.zip?b=1&amp;c=2' NAME=terraform-get />", Some("./a.zip?b=1&c=2")),
            (r#"<meta name="other" content="x"><meta name="terraform-get">"#, None),
            ("", None),
        ] {
            assert_eq!(meta(page).as_deref(), expected, "{page}");
        }
    }
}
