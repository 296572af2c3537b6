//! The canonical layout, and the spellings that it replaces.

use crate::diag::FileId;
use crate::syntax::format;

fn formatted(text: &str) -> String {
    format(text, FileId(0)).unwrap_or_else(|problems| panic!("{problems:?} in {text:?}"))
}

fn check(table: &[(&str, &str)]) {
    for (text, expected) in table {
        let once = formatted(text);
        assert_eq!(once, *expected, "of {text:?}");
        assert_eq!(formatted(&once), once, "formatting {text:?} twice");
    }
}

#[test]
fn lines_are_indented_and_aligned() {
    check(&[
        ("x{a=1}\n", "x { a = 1 }\n"),
        ("x{}\n", "x {}\n"),
        ("x {\n\n\ta = 1\n\n\n}\n", "x {\n\n  a = 1\n\n\n}\n"),
        ("a = 1\nbbb = 2\n", "a   = 1\nbbb = 2\n"),
        ("a = 1 # x\nbbb = 22 # y\n", "a   = 1  # x\nbbb = 22 # y\n"),
        ("x { # c\na = 1 # d\n} # e\n", "x {     # c\n  a = 1 # d\n}       # e\n"),
        ("é = 1\nab = 2\n", "é  = 1\nab = 2\n"),
        ("a = [1,\n2,\n3]\n", "a = [1,\n  2,\n3]\n"),
        ("a = f({\nb = 1\n})\n", "a = f({\n  b = 1\n})\n"),
        ("a = [\n{\n}, {\n}\n]\n", "a = [\n  {\n    }, {\n  }\n]\n"),
        ("a = f(<<EOT\n x\nEOT\n)\nb = 1\n", "a = f(<<EOT\n x\nEOT\n)\nb = 1\n"),
        ("a = <<EOT\n${ x }\nEOT\nbbb = 1\n", "a   = <<EOT\n${x}\nEOT\nbbb = 1\n"),
        ("a = 1\r\nbb = 2 # x\r\n", "a  = 1\r\nbb = 2 # x\r\n"),
        ("\u{feff}a=1\n", "a = 1\n"),
        ("a=1\n\t", "a = 1\n "),
        ("", ""),
    ]);
}

#[test]
fn tokens_are_parted_by_what_they_are() {
    check(&[
        ("a=1*2/3%4+5\n", "a = 1 * 2 / 3 % 4 + 5\n"),
        ("a = x==-1&&! y||z>=2\n", "a = x == -1 && !y || z >= 2\n"),
        ("a = b ? - 1:1-- 1\n", "a = b ? -1 : 1 - -1\n"),
        ("a = b.  0 . c [ 0 ] [ * ] . d.*.e\n", "a = b.0.c[0][*].d.*.e\n"),
        ("a = f ( 1,2 ... )\n", "a = f(1, 2...)\n"),
        ("a = x :: y( 1 )\n", "a = x::y(1)\n"),
        ("a = [for x in[1]:x]\n", "a = [for x in [1] : x]\n"),
        ("a = {for k,v in{}:k=>v...if v}\n", "a = { for k, v in {} : k => v... if v }\n"),
        ("a = \"%{if x}${ {} }%{ endif }\"\n", "a = \"%{if x}${ {} }%{endif}\"\n"),
        ("a = 0 . 5\nb = c.0 .1\n", "a = 0 .5\nb = c.0 .1\n"),
        ("a = \"x\"[0]\n", "a = \"x\" [0]\n"),
    ]);
}

#[test]
fn old_spellings_are_replaced() {
    check(&[
        ("a = \"${x}\"\n", "a = x\n"),
        ("a = \"${~ x ~}\"\n", "a = x\n"),
        ("a = \"${\"${x}\"}\"\n", "a = x\n"),
        ("a = \"${x}${y}\"\n", "a = \"${x}${y}\"\n"),
        ("a = [\"${x}\"]\n", "a = [\"${x}\"]\n"),
        ("a = \"${\n  x\n}\"\n", "a = x\n"),
        ("a = \"${x ?\n1 : 2}\"\n", "a = (x ?\n1 : 2)\n"),
        ("a /* x */ b \"c\" {}\n", "a \"b\" \"c\" {}\n"),
        ("variable a {\ntype = \"string\"\n}\n", "variable \"a\" {\n  type = string\n}\n"),
        ("variable a {\ntype = \"list\"\n}\n", "variable \"a\" {\n  type = list(string)\n}\n"),
        ("variable a {\ntype = map\n}\n", "variable \"a\" {\n  type = map(any)\n}\n"),
        ("variable a {\ntype = \"set\"\n}\n", "variable \"a\" {\n  type = \"set\"\n}\n"),
        ("output a {\ntype = \"list\"\n}\n", "output \"a\" {\n  type = \"list\"\n}\n"),
    ]);
}

#[test]
fn a_wrong_text_is_not_formatted() {
    let problems = format("a = \nb = \n", FileId(0)).expect_err("two errors");
    assert_eq!(problems.len(), 2, "{problems:?}");
}
