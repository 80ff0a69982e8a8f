//! What `Replace` puts in the place of a match.
//!
//! Invariant: it names no group that the pattern has not.

use regex::bytes::{CaptureLocations, Regex};

/// Text and groups in turn.
#[derive(Debug)]
pub(crate) struct Replacement {
    parts: Vec<Part>,
}

#[derive(Debug, PartialEq)]
enum Part {
    Text(Vec<u8>),
    /// By its index; 0 is the whole match.
    Group(usize),
}

impl Replacement {
    /// Reads `template`; the error says what is wrong, and the remedy.
    pub(crate) fn new(template: &str, regex: &Regex) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = template;
        while let Some((text, behind)) = rest.split_once('$') {
            push_text(&mut parts, text);
            rest = if let Some(behind) = behind.strip_prefix('$') {
                push_text(&mut parts, "$");
                behind
            } else {
                let (name, behind) = split_name(behind).ok_or_else(stands_for_nothing)?;
                parts.push(Part::Group(index_of(name, regex).ok_or_else(|| no_such_group(name, regex))?));
                behind
            };
        }
        push_text(&mut parts, rest);
        Ok(Self { parts })
    }

    /// Whether a group is named besides the whole match.
    pub(crate) fn needs_groups(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Group(1..)))
    }

    /// Appends what stands for the match at `whole`. `groups` is those of this match, where they are needed.
    pub(crate) fn write(
        &self,
        whole: (usize, usize),
        message: &[u8],
        groups: &CaptureLocations,
        replaced: &mut Vec<u8>,
    ) {
        for part in &self.parts {
            match part {
                Part::Text(text) => replaced.extend_from_slice(text),
                Part::Group(index) => {
                    let place = if *index == 0 { Some(whole) } else { groups.get(*index) };
                    if let Some((start, end)) = place {
                        replaced.extend_from_slice(&message[start..end]);
                    }
                }
            }
        }
    }
}

fn push_text(parts: &mut Vec<Part>, text: &str) {
    match parts.last_mut() {
        _ if text.is_empty() => {}
        Some(Part::Text(before)) => before.extend_from_slice(text.as_bytes()),
        _ => parts.push(Part::Text(text.as_bytes().to_vec())),
    }
}

/// The name behind a `$`, in braces or not, and what follows it.
fn split_name(text: &str) -> Option<(&str, &str)> {
    let (name, behind) = match text.strip_prefix('{') {
        Some(braced) => braced.split_once('}')?,
        None => text.split_at(text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len())),
    };
    (!name.is_empty()).then_some((name, behind))
}

fn index_of(name: &str, regex: &Regex) -> Option<usize> {
    match name.parse::<usize>() {
        Ok(index) => (index < regex.captures_len()).then_some(index),
        Err(_) => regex.capture_names().position(|known| known == Some(name)),
    }
}

fn stands_for_nothing() -> String {
    "a `$` stands for no group; write `$$` for a dollar sign, and `${name}` for a group".to_owned()
}

fn no_such_group(name: &str, regex: &Regex) -> String {
    let indices = (0..regex.captures_len()).map(|index| format!("`{index}`"));
    let names = regex.capture_names().flatten().map(|name| format!("`{name}`"));
    let known = indices.chain(names).collect::<Vec<_>>().join(", ");
    format!(
        "the pattern has no group `{name}`, only {known}; write `${{name}}` where text follows, `$$` for a dollar sign"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(template: &str) -> Result<Vec<Part>, String> {
        let regex = Regex::new("(?<key>a)(b)").unwrap();
        Replacement::new(template, &regex).map(|replacement| replacement.parts)
    }

    fn text(text: &str) -> Part {
        Part::Text(text.into())
    }

    #[test]
    fn groups_are_named_in_two_ways_and_text_between_them_is_one() {
        assert_eq!(parts(""), Ok(vec![]));
        assert_eq!(parts("a$$b$$$$"), Ok(vec![text("a$b$$")]));
        assert_eq!(parts("$0-$1$key."), Ok(vec![Part::Group(0), text("-"), Part::Group(1), Part::Group(1), text(".")]));
        assert_eq!(parts("${2}2${key}s}"), Ok(vec![Part::Group(2), text("2"), Part::Group(1), text("s}")]));
    }

    #[test]
    fn what_stands_for_no_group_is_refused() {
        for template in ["$", "$ 1", "a$", "${", "${}", "${key", "$<key>", "$&"] {
            assert_eq!(parts(template), Err(stands_for_nothing()), "{template}");
        }
        for template in ["$3", "$keys", "$1a", "${ key}", "$18446744073709551616"] {
            assert!(parts(template).unwrap_err().contains("only `0`, `1`, `2`, `key`; write"), "{template}");
        }
    }
}
