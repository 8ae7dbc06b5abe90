//! A text that a pattern fits, made of an object's digits.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::account_id::ACCOUNT_ID;

/// So many characters are chosen where a pattern asks for some and does not say how many.
const SOME: u32 = 8;

/// A text in the form of a pattern; none when the pattern cannot be read. It may not fit where the pattern looks around.
pub(super) fn of(pattern: &str, digits: &str) -> Option<String> {
    let form = regex_syntax::parse(pattern).ok()?;
    let mut sampler = Sampler {
        digits: digits.chars().cycle(),
        text: String::new(),
    };
    sampler.add(&form)?;
    Some(sampler.text)
}

struct Sampler<'a> {
    digits: std::iter::Cycle<std::str::Chars<'a>>,
    text: String,
}

impl Sampler<'_> {
    fn add(&mut self, form: &Hir) -> Option<()> {
        match form.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => self.text.push_str(std::str::from_utf8(&literal.0).ok()?),
            HirKind::Class(class) => {
                let letter = self.letter(class)?;
                self.text.push(letter);
            }
            HirKind::Capture(capture) => self.add(&capture.sub)?,
            HirKind::Concat(parts) => parts.iter().try_for_each(|part| self.add(part))?,
            HirKind::Alternation(forms) => self.add(forms.first()?)?,
            HirKind::Repetition(repetition) => {
                let (least, most) = (repetition.min, repetition.max.unwrap_or(u32::MAX));
                let is_class = matches!(repetition.sub.kind(), HirKind::Class(_));
                // twelve digits are an account
                if let HirKind::Class(class) = repetition.sub.kind()
                    && (least, most) == (12, 12)
                    && ACCOUNT_ID.chars().all(|digit| has(class, digit))
                    && !has(class, 'a')
                {
                    self.text.push_str(ACCOUNT_ID);
                    return Some(());
                }
                let count = if is_class && least > 0 {
                    least.max(SOME).min(most)
                } else {
                    least
                };
                (0..count).try_for_each(|_| self.add(&repetition.sub))?;
            }
        }
        Some(())
    }

    /// One of the object's digits where the class has any, otherwise its first letter.
    fn letter(&mut self, class: &Class) -> Option<char> {
        let digit = self.digits.by_ref().take(64).find(|digit| has(class, *digit));
        let upper = || ('A'..='Z').find(|letter| has(class, *letter));
        let lower = || ('a'..='z').find(|letter| has(class, *letter));
        digit.or_else(lower).or_else(upper).or_else(|| match class {
            Class::Unicode(class) => class.ranges().first().map(regex_syntax::hir::ClassUnicodeRange::start),
            Class::Bytes(class) => class.ranges().first().map(|range| char::from(range.start())),
        })
    }
}

fn has(class: &Class, letter: char) -> bool {
    match class {
        Class::Unicode(class) => class
            .ranges()
            .iter()
            .any(|range| (range.start()..=range.end()).contains(&letter)),
        Class::Bytes(class) => {
            let byte = u8::try_from(u32::from(letter));
            byte.is_ok_and(|byte| {
                class
                    .ranges()
                    .iter()
                    .any(|range| (range.start()..=range.end()).contains(&byte))
            })
        }
    }
}
