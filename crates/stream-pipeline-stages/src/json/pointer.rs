//! JSON pointers (RFC 6901), and where in a document the values lie that they point to.
//!
//! Invariant: what is found is what the pointer names in what `JSON.parse()` makes of the document, as it is written there.
//!
//! What is checked in each document: all of it, to the last byte (UTF-8, strict JSON, at most [`MAX_DEPTH`] levels), whether
//! or not a pointer leads there. Of a key that occurs again the last value counts, as in JavaScript, also of one written
//! with escapes. What is not: that escapes of surrogates come in pairs, and that numbers fit in anything.

use std::ops::Range;

use super::scan::{MAX_DEPTH, OpenContainers, Scan, Scanner, Text};
use crate::invalid_option::InvalidOption;

/// The keys and indexes in one pointer, at most: looking them up descends as deep.
const MAX_TOKENS: usize = 64;

/// The pointers looked up together, at most: each key of a document on their way is compared with theirs.
const MAX_POINTERS: usize = 256;

/// A way from the root of a document to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pointer {
    text: String,
    tokens: Vec<String>,
}

impl Pointer {
    /// Parses `/key/0/a~1b`; an empty text is the whole document. What is none is refused as the value of `option` of
    /// `stage`.
    pub(crate) fn parse(stage: &'static str, option: &'static str, text: &str) -> Result<Self, InvalidOption> {
        let refuse = |what: &str| InvalidOption::new(stage, option, format!("`{text}` {what}"));
        let Some(tail) = text.strip_prefix('/') else {
            return match text {
                "" => Ok(Self { text: String::new(), tokens: Vec::new() }),
                _ => Err(refuse("is no JSON pointer; begin it with `/`, as in `/key/0`")),
            };
        };
        let tokens = tail.split('/').map(unescape).collect::<Option<Vec<_>>>();
        let tokens = tokens.ok_or_else(|| refuse("is no JSON pointer; write `~` as `~0`, and `/` in a key as `~1`"))?;
        if tokens.len() > MAX_TOKENS {
            return Err(refuse(&format!("has more than {MAX_TOKENS} keys; choose a value less deep")));
        }
        Ok(Self { text: text.to_owned(), tokens })
    }

    /// As it was written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

fn unescape(token: &str) -> Option<String> {
    let mut parts = token.split('~');
    let mut plain = parts.next()?.to_owned();
    for part in parts {
        let (escaped, rest) = part.split_at_checked(1)?;
        plain.push(match escaped {
            "0" => '~',
            "1" => '/',
            _ => return None,
        });
        plain.push_str(rest);
    }
    Some(plain)
}

/// Pointers that are looked up together, in one reading of a document. The same pointer may be there twice.
#[derive(Debug)]
pub(crate) struct Pointers {
    /// The first is the root.
    nodes: Vec<Node>,
    found: Vec<Option<Range<usize>>>,
    open: OpenContainers,
}

/// What a pointer, or the beginning of one, leads to.
#[derive(Debug, Default)]
struct Node {
    children: Vec<Child>,
    /// The pointers that end here.
    ending: Vec<usize>,
    /// The pointers that end here or below.
    below: Vec<usize>,
}

#[derive(Debug)]
struct Child {
    key: String,
    /// What `key` is in an array.
    index: Option<usize>,
    node: usize,
}

impl Pointers {
    /// Refuses more than 256, as the value of `option` of `stage`.
    pub(crate) fn new<'p>(
        stage: &'static str,
        option: &'static str,
        pointers: impl IntoIterator<Item = &'p Pointer>,
    ) -> Result<Self, InvalidOption> {
        let mut nodes = vec![Node::default()];
        let mut count = 0;
        for pointer in pointers {
            insert(&mut nodes, pointer, count);
            count += 1;
            if count > MAX_POINTERS {
                let text = format!("more than {MAX_POINTERS} pointers; use fewer, or several stages");
                return Err(InvalidOption::new(stage, option, text));
            }
        }
        Ok(Self { nodes, found: vec![None; count], open: OpenContainers::default() })
    }

    /// Where the value of each pointer lies in `document`, in the order in which the pointers were given; `None` for one
    /// that leads nowhere. Refuses a document that is not valid, wherever that is.
    #[inline]
    pub(crate) fn find(&mut self, document: &[u8]) -> Scan<&[Option<Range<usize>>]> {
        self.found.fill(None);
        let mut scanner = Scanner::new(document, MAX_DEPTH, &mut self.open)?;
        let mut search = Search { nodes: &self.nodes, found: &mut self.found, document };
        search.value(&self.nodes[0], &mut scanner)?;
        scanner.finish()?;
        Ok(&self.found)
    }
}

fn insert(nodes: &mut Vec<Node>, pointer: &Pointer, id: usize) {
    let mut node = 0;
    nodes[node].below.push(id);
    for token in &pointer.tokens {
        let known = nodes[node].children.iter().find(|child| child.key == *token);
        let next = known.map_or(nodes.len(), |child| child.node);
        if next == nodes.len() {
            nodes.push(Node::default());
            nodes[node].children.push(Child { key: token.clone(), index: index(token), node: next });
        }
        node = next;
        nodes[node].below.push(id);
    }
    nodes[node].ending.push(id);
}

/// `0`, or digits that do not begin with it.
fn index(token: &str) -> Option<usize> {
    let is_canonical = token.bytes().all(|byte| byte.is_ascii_digit()) && (token == "0" || !token.starts_with('0'));
    is_canonical.then(|| token.parse().ok()).flatten()
}

struct Search<'a> {
    nodes: &'a [Node],
    found: &'a mut [Option<Range<usize>>],
    document: &'a [u8],
}

impl<'a> Search<'a> {
    /// Reads the value that begins here. Calls itself for each token of a pointer, at most.
    fn value(&mut self, node: &Node, scanner: &mut Scanner<'_, '_>) -> Scan<()> {
        let start = scanner.at;
        match scanner.peek() {
            Some(b'{') if !node.children.is_empty() => self.object(node, scanner)?,
            Some(b'[') if !node.children.is_empty() => self.array(node, scanner)?,
            _ => scanner.skip()?,
        }
        for &id in &node.ending {
            self.found[id] = Some(start..scanner.at);
        }
        Ok(())
    }

    fn object(&mut self, node: &Node, scanner: &mut Scanner<'_, '_>) -> Scan<()> {
        scanner.descend()?;
        if scanner.ascends(b'}') {
            return Ok(());
        }
        loop {
            let key = scanner.key()?;
            match self.child_of(node, key) {
                Some(child) => {
                    // Of a key that occurs again, nothing is left of the value before.
                    child.below.iter().for_each(|&id| self.found[id] = None);
                    self.value(child, scanner)?;
                }
                None => scanner.skip()?,
            }
            if !scanner.goes_on(b'}')? {
                return Ok(());
            }
        }
    }

    fn array(&mut self, node: &Node, scanner: &mut Scanner<'_, '_>) -> Scan<()> {
        scanner.descend()?;
        if scanner.ascends(b']') {
            return Ok(());
        }
        for index in 0.. {
            match node.children.iter().find(|child| child.index == Some(index)) {
                Some(child) => self.value(&self.nodes[child.node], scanner)?,
                None => scanner.skip()?,
            }
            if !scanner.goes_on(b']')? {
                break;
            }
        }
        Ok(())
    }

    #[inline]
    fn child_of(&self, node: &Node, key: Text) -> Option<&'a Node> {
        let raw = &self.document[key.start..key.end];
        let child = if key.has_escapes {
            // A key with half a surrogate pair is no text, and none that a pointer can name.
            let plain: String = serde_json::from_slice(&self.document[key.start - 1..=key.end]).ok()?;
            node.children.iter().find(|child| child.key == plain)
        } else {
            node.children.iter().find(|child| child.key.as_bytes() == raw)
        };
        child.map(|child| &self.nodes[child.node])
    }
}
