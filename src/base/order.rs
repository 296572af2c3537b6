//! Natural order: `node-2` before `node-10`.

use std::cmp::Ordering;

/// Compares two texts so that runs of digits count as numbers.
#[must_use]
pub fn natural_cmp(left: &str, right: &str) -> Ordering {
    let (mut a, mut b) = (left.as_bytes(), right.as_bytes());
    loop {
        let (Some(&x), Some(&y)) = (a.first(), b.first()) else {
            return a.len().cmp(&b.len()).then_with(|| left.cmp(right));
        };
        if x.is_ascii_digit() && y.is_ascii_digit() {
            let (m, n) = (digits(a), digits(b));
            let (p, q) = (trim_zeros(&a[..m]), trim_zeros(&b[..n]));
            let order = p.len().cmp(&q.len()).then_with(|| p.cmp(q));
            if order != Ordering::Equal {
                return order;
            }
            (a, b) = (&a[m..], &b[n..]);
        } else if x == y {
            (a, b) = (&a[1..], &b[1..]);
        } else {
            return x.cmp(&y);
        }
    }
}

fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

fn trim_zeros(text: &[u8]) -> &[u8] {
    &text[text.iter().take_while(|byte| **byte == b'0').count()..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_as_numbers() {
        let mut names = vec!["a10", "a2", "b", "a", "a02", "a1b2", "a1b10"];
        names.sort_by(|a, b| natural_cmp(a, b));
        assert_eq!(names, ["a", "a1b2", "a1b10", "a02", "a2", "a10", "b"]);
    }
}
