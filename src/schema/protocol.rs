//! IP protocols by name and number, as EC2 security groups and network ACLs know them.

/// Names with their numbers; `all` and `-1` are the same.
const PROTOCOLS: [(&str, i64); 24] = [
    ("all", -1),
    ("ah", 51),
    ("egp", 8),
    ("esp", 50),
    ("ggp", 3),
    ("gre", 47),
    ("icmp", 1),
    ("icmpv6", 58),
    ("igmp", 2),
    ("igp", 9),
    ("ipv4", 4),
    ("ipv6", 41),
    ("ipv6-frag", 44),
    ("ipv6-icmp", 58),
    ("ipv6-nonxt", 59),
    ("ipv6-opts", 60),
    ("ipv6-route", 43),
    ("ospf", 89),
    ("pim", 103),
    ("rsvp", 46),
    ("sctp", 132),
    ("tcp", 6),
    ("udp", 17),
    ("vrrp", 112),
];

/// The number of a protocol given by name, in whatever case.
pub(super) fn number(name: &str) -> Option<i64> {
    PROTOCOLS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, number)| *number)
}

/// The number of a protocol given by name or number.
pub(super) fn parse(text: &str) -> Option<i64> {
    number(text).or_else(|| text.trim().parse().ok())
}

/// The form in which EC2 answers: `-1` for all, a name for TCP, UDP and ICMP, the number for others.
pub(super) fn normal(text: &str) -> String {
    match parse(text) {
        Some(-1) => "-1".into(),
        Some(6) => "tcp".into(),
        Some(17) => "udp".into(),
        Some(1) => "icmp".into(),
        Some(58) => "icmpv6".into(),
        Some(number) => number.to_string(),
        None => text.to_ascii_lowercase(),
    }
}
