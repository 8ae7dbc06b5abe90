//! A small XML tree: read, edit and write the documents of the REST-XML, query and EC2 protocols.
//!
//! Namespaces and attributes matter to no client here except `xsi:type`, so attributes are kept as text and
//! never interpreted.

use std::fmt::Write as _;

use quick_xml::escape::{escape, unescape};
use quick_xml::events::{BytesStart, Event};
use serde::{Deserialize, Serialize};

/// One element: its name, its attributes as written, and either text or children.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Element {
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) attributes: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) text: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) children: Vec<Self>,
}

impl Element {
    /// An empty element.
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// An element that holds text only.
    pub(crate) fn text(name: &str, text: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            text: text.into(),
            ..Self::default()
        }
    }

    /// Adds a child.
    pub(crate) fn with(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    /// Adds a child that holds text.
    pub(crate) fn field(self, name: &str, text: impl Into<String>) -> Self {
        self.with(Self::text(name, text))
    }

    /// Adds a child that holds text, when there is some.
    pub(crate) fn maybe(self, name: &str, text: Option<impl Into<String>>) -> Self {
        match text {
            Some(text) => self.field(name, text),
            None => self,
        }
    }

    /// Adds children.
    pub(crate) fn with_all(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(children);
        self
    }

    /// The first child of that name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The first child of that name, to edit.
    pub(crate) fn child_mut(&mut self, name: &str) -> Option<&mut Self> {
        self.children.iter_mut().find(|child| child.name == name)
    }

    /// All children of that name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text at the end of a path of child names.
    pub(crate) fn value(&self, path: &[&str]) -> Option<&str> {
        let mut at = self;
        for name in path {
            at = at.child(name)?;
        }
        Some(at.text.as_str())
    }

    /// Replaces or adds a child.
    pub(crate) fn set(&mut self, child: Self) {
        match self.child_mut(&child.name) {
            Some(existing) => *existing = child,
            None => self.children.push(child),
        }
    }

    /// The document as text.
    pub(crate) fn document(&self) -> String {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        // Writing to a string cannot fail.
        let _infallible = write!(out, "<{}{}>", self.name, self.attributes);
        if self.children.is_empty() {
            out.push_str(&escape(self.text.as_str()));
        }
        for child in &self.children {
            child.write(out);
        }
        let _infallible = write!(out, "</{}>", self.name);
    }
}

/// Reads a document; `None` when it is not well formed.
pub(crate) fn parse(document: &[u8]) -> Option<Element> {
    let document = std::str::from_utf8(document).ok()?;
    let mut reader = quick_xml::Reader::from_str(document);
    let mut open: Vec<Element> = Vec::new();
    loop {
        let done = match reader.read_event().ok()? {
            Event::Start(start) => {
                open.push(started(&start)?);
                None
            }
            Event::Empty(start) => Some(started(&start)?),
            Event::End(_) => open.pop(),
            Event::Text(text) => {
                if let Some(parent) = open.last_mut() {
                    let raw = std::str::from_utf8(&text).ok()?;
                    parent.text.push_str(&unescape(raw).ok()?);
                }
                None
            }
            Event::CData(data) => {
                if let Some(parent) = open.last_mut() {
                    parent.text.push_str(std::str::from_utf8(&data).ok()?);
                }
                None
            }
            Event::Eof => return None,
            _ => None,
        };
        if let Some(mut element) = done {
            if !element.children.is_empty() {
                element.text.clear();
            }
            match open.last_mut() {
                Some(parent) => parent.children.push(element),
                None => return Some(element),
            }
        }
    }
}

fn started(start: &BytesStart<'_>) -> Option<Element> {
    let name = std::str::from_utf8(start.name().as_ref()).ok()?.to_owned();
    let whole = std::str::from_utf8(start).ok()?;
    let attributes = whole.get(name.len()..)?.trim_end().to_owned();
    Some(Element {
        name,
        attributes,
        ..Element::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_survives_a_round_trip() {
        let text = "<A xmlns=\"urn:x\"><B>one &amp; two</B><C/><D><E>3</E></D></A>";
        let tree = parse(text.as_bytes()).unwrap();
        assert_eq!(tree.value(&["B"]), Some("one & two"));
        assert_eq!(tree.value(&["D", "E"]), Some("3"));
        assert_eq!(parse(tree.document().as_bytes()).unwrap(), tree);
    }

    #[test]
    fn what_is_not_xml_is_refused() {
        assert!(parse(b"not xml").is_none());
        assert!(parse(b"<A><B></A>").is_none());
        assert!(parse(b"").is_none());
    }
}
