//! How things in a window are found: by role and name, as a person or a screen reader finds them.

use std::fmt;

/// One thing, or several alike, in a page.
#[derive(Debug, Clone)]
pub struct At {
    name: String,
    path: String,
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl At {
    fn new(name: String, path: String) -> Self {
        Self { name, path }
    }

    /// Its XPath.
    #[must_use]
    pub fn xpath(&self) -> &str {
        &self.path
    }

    /// A heading that says just `text`.
    #[must_use]
    pub fn heading(text: &str) -> Self {
        Self::new(format!("the heading “{text}”"), format!("//*[self::h1 or self::h2][normalize-space(.)={}]", quoted(text)))
    }

    /// A button by its name; its keys may be written after it.
    #[must_use]
    pub fn button(name: &str) -> Self {
        let q = quoted(name);
        Self::new(format!("the button “{name}”"), format!("//button[@aria-label={q} or (not(@aria-label) and starts-with(normalize-space(.), {q}))]"))
    }

    /// A link by the beginning of its text, or by its name.
    #[must_use]
    pub fn link(name: &str) -> Self {
        let q = quoted(name);
        Self::new(format!("the link “{name}”"), format!("//a[@aria-label={q} or starts-with(normalize-space(.), {q})]"))
    }

    /// What carries `name` as its label for those who do not see it.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self::new(format!("“{name}”"), format!("//*[@aria-label={}]", quoted(name)))
    }

    /// What carries a label that begins so.
    #[must_use]
    pub fn beginning(name: &str) -> Self {
        Self::new(format!("“{name}…”"), format!("//*[starts-with(@aria-label, {})]", quoted(name)))
    }

    /// Elements of this name.
    #[must_use]
    pub fn tag(name: &str) -> Self {
        Self::new(format!("<{name}>"), format!("//{name}"))
    }

    /// The name of a fact in a list of facts.
    #[must_use]
    pub fn term(name: &str) -> Self {
        Self::new(format!("the fact “{name}”"), format!("//dt[normalize-space(.)={}]", quoted(name)))
    }

    /// What plays `role`.
    #[must_use]
    pub fn role(role: &str) -> Self {
        Self::new(format!("a {role}"), format!("//*[@role={}]", quoted(role)))
    }

    /// A field by its label.
    #[must_use]
    pub fn field(label: &str) -> Self {
        let q = quoted(label);
        Self::new(
            format!("the field “{label}”"),
            format!("//*[self::input or self::textarea or self::select][@aria-label={q} or @id=//label[starts-with(normalize-space(.), {q})]/@for]"),
        )
    }

    /// A box to tick, or one of a few to choose, by a text in its label.
    #[must_use]
    pub fn choice(text: &str) -> Self {
        Self::new(format!("the choice “{text}”"), format!("//label[contains(normalize-space(.), {})]//input", quoted(text)))
    }

    /// One of a few, side by side.
    #[must_use]
    pub fn segment(group: &str, value: &str) -> Self {
        Self::new(
            format!("“{value}” of “{group}”"),
            format!("//*[@role='radiogroup'][@aria-label={}]//*[@role='radio'][normalize-space(.)={}]", quoted(group), quoted(value)),
        )
    }

    /// A line of an open menu.
    #[must_use]
    pub fn menu_item(text: &str) -> Self {
        Self::new(format!("the menu's line “{text}”"), format!("//*[starts-with(@role, 'menuitem')][contains(normalize-space(.), {})]", quoted(text)))
    }

    /// Rows of a table.
    #[must_use]
    pub fn row() -> Self {
        Self::new("a row".into(), "//tbody/tr[not(@aria-hidden)]".into())
    }

    /// The open dialog of this title.
    #[must_use]
    pub fn dialog(title: &str) -> Self {
        Self::new(format!("the dialog “{title}”"), format!("//dialog[@open][.//h2[starts-with(normalize-space(.), {})]]", quoted(title)))
    }

    /// The place where the person of this window stands, and their menu opens.
    #[must_use]
    pub fn person(name: &str) -> Self {
        Self::new(
            format!("{name}'s name in the navigation"),
            format!("//nav//button[@aria-haspopup='menu'][starts-with(@title, {})]", quoted(&format!("{name}:"))),
        )
    }

    /// The code that a window shows while the browser is open.
    #[must_use]
    pub fn match_code() -> Self {
        Self::new("the code that the page must show".into(), "//output[starts-with(@aria-label, 'The code that the page must show')]".into())
    }

    /// Any link; narrow it.
    #[must_use]
    pub fn any_link() -> Self {
        Self::new("a link".into(), "//a".into())
    }

    /// The whole page.
    #[must_use]
    pub fn page() -> Self {
        Self::new("the page".into(), "//body".into())
    }

    /// Only where it says `text` somewhere in it.
    #[must_use]
    pub fn saying(self, text: &str) -> Self {
        Self::new(format!("{} that says “{text}”", self.name), format!("{}[contains(normalize-space(.), {})]", self.path, quoted(text)))
    }

    /// Only where a cell of it says just `text`.
    #[must_use]
    pub fn with_cell(self, text: &str) -> Self {
        Self::new(format!("{} with “{text}”", self.name), format!("{}[*[normalize-space(.)={}]]", self.path, quoted(text)))
    }

    /// The cell of it that says just `text`.
    #[must_use]
    pub fn cell(self, text: &str) -> Self {
        Self::new(format!("“{text}” in {}", self.name), format!("{}/*[normalize-space(.)={}]", self.path, quoted(text)))
    }

    /// Only inside `other`.
    #[must_use]
    pub fn inside(self, other: &Self) -> Self {
        Self::new(format!("{} in {}", self.name, other.name), format!("{}{}", other.path, self.path))
    }
}

/// XPath 1.0 knows no escapes: a text has one kind of quotes or the other.
fn quoted(text: &str) -> String {
    if text.contains('\'') { format!("\"{text}\"") } else { format!("'{text}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_found_by_what_people_call_them() {
        assert_eq!(At::heading("My work").xpath(), "//*[self::h1 or self::h2][normalize-space(.)='My work']");
        let there = At::row().with_cell("call.report").inside(&At::named("Lines of the trail"));
        assert_eq!(there.xpath(), "//*[@aria-label='Lines of the trail']//tbody/tr[not(@aria-hidden)][*[normalize-space(.)='call.report']]");
        assert_eq!(there.to_string(), "a row with “call.report” in “Lines of the trail”");
        assert_eq!(quoted("dana's"), "\"dana's\"");
    }
}
