//! Indentation, and the alignment of what stands in neighbouring lines.
//!
//! A line has up to three cells: what is assigned to (or all of it), the equals sign with the value, and a comment.
//! Equals signs and comments of neighbouring lines are aligned. A heredoc is part of the line that it begins on.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::Piece;
use super::spaces::space_between;
use crate::syntax::token::TokenKind;

const INDENT: usize = 2;

/// Where the cells of a line are among all pieces.
struct Line {
    lead: Range<usize>,
    assign: Range<usize>,
    comment: Option<usize>,
}

/// Sets the spaces before every piece.
pub(super) fn lay_out(pieces: &mut [Piece<'_>]) {
    let lines = split(pieces);
    indent(pieces, &lines);
    for line in &lines {
        space(pieces, line.lead.clone());
        space(pieces, line.assign.clone());
    }
    align_assignments(pieces, &lines);
    align_comments(pieces, &lines);
}

fn split(pieces: &[Piece<'_>]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = 0;
    for (at, piece) in pieces.iter().enumerate() {
        if piece.ends_line() {
            lines.push(cells(pieces, start..at + 1));
            start = at + 1;
        }
    }
    if start < pieces.len() {
        lines.push(cells(pieces, start..pieces.len()));
    }
    lines
}

fn cells(pieces: &[Piece<'_>], mut line: Range<usize>) -> Line {
    let last = line.end - 1;
    let comment = (line.len() > 1 && pieces[last].kind == TokenKind::Comment).then_some(last);
    line.end -= usize::from(comment.is_some());
    let equals = line.clone().skip(1).find(|at| pieces[*at].kind == TokenKind::Equal);
    // A value that goes on over further lines is not aligned.
    let assign =
        equals.filter(|at| bracket_change(&pieces[*at..line.end]) == 0).unwrap_or(line.end);
    Line { lead: line.start..assign, assign: assign..line.end, comment }
}

fn bracket_change(pieces: &[Piece<'_>]) -> i32 {
    pieces.iter().map(Piece::bracket_change).sum()
}

/// The same up to the first heredoc.
fn bracket_change_before_heredoc(pieces: &[Piece<'_>]) -> i32 {
    let before = pieces.iter().take_while(|piece| piece.kind != TokenKind::OpenHeredoc);
    before.map(Piece::bracket_change).sum()
}

/// Indents each line by how many lines before it left brackets open. Brackets that were opened on one line count as one
/// level, however many they are.
fn indent(pieces: &mut [Piece<'_>], lines: &[Line]) {
    let mut levels: Vec<i32> = Vec::new();
    for line in lines {
        let first = line.lead.start;
        if pieces[first].kind == TokenKind::Newline {
            pieces[first].spaces = 0;
            continue;
        }
        let change = bracket_change_before_heredoc(&pieces[line.lead.clone()])
            + bracket_change_before_heredoc(&pieces[line.assign.clone()]);
        if change < 0 {
            close(&mut levels, -change);
        }
        pieces[first].spaces = INDENT * levels.len();
        if change > 0 {
            levels.push(change);
        }
    }
}

/// Closes so many brackets, and with them the levels that they opened.
fn close(levels: &mut Vec<i32>, mut brackets: i32) {
    while brackets > 0
        && let Some(open) = levels.last_mut()
    {
        if brackets < *open {
            *open -= brackets;
            return;
        }
        brackets -= *open;
        levels.pop();
    }
}

/// Sets the spaces between the pieces of a cell.
fn space(pieces: &mut [Piece<'_>], cell: Range<usize>) {
    for at in cell.clone().skip(1) {
        let before = (at > cell.start + 1).then(|| &pieces[at - 2]);
        let is_apart = space_between(before, &pieces[at - 1], &pieces[at])
            || would_join_numbers(&pieces[at - 1..cell.end]);
        pieces[at].spaces = usize::from(is_apart);
    }
}

/// Whether the pieces begin with an index into a number, `0 .5`, which without a space is the number `0.5`.
fn would_join_numbers(pieces: &[Piece<'_>]) -> bool {
    use TokenKind::{Dot, Number};
    matches!(pieces, [token, dot, index, ..] if [token.kind, dot.kind, index.kind] == [Number, Dot, Number])
}

fn align_assignments(pieces: &mut [Piece<'_>], lines: &[Line]) {
    for chain in lines.split(|line| line.assign.is_empty()) {
        let widths: Vec<usize> =
            chain.iter().map(|line| width(&pieces[line.lead.clone()])).collect();
        let widest = widths.iter().copied().max().unwrap_or(0);
        for (line, width) in chain.iter().zip(widths) {
            pieces[line.assign.start].spaces = widest - width + 1;
        }
    }
}

fn align_comments(pieces: &mut [Piece<'_>], lines: &[Line]) {
    for chain in lines.split(|line| line.comment.is_none()) {
        let of = |line: &Line| width(&pieces[line.lead.start..line.assign.end]);
        let widths: Vec<usize> = chain.iter().map(of).collect();
        let widest = widths.iter().copied().max().unwrap_or(0);
        for (line, width) in chain.iter().zip(widths) {
            if let Some(comment) = line.comment {
                pieces[comment].spaces = widest - width + 1;
            }
        }
    }
}

/// How many columns pieces take.
fn width(pieces: &[Piece<'_>]) -> usize {
    pieces.iter().map(|piece| piece.spaces + columns(&piece.text)).sum()
}

fn columns(text: &str) -> usize {
    if text.is_ascii() && !text.contains('\r') { text.len() } else { text.graphemes(true).count() }
}
