//! The names kohex knows: elements by what they do to a line of text, attributes it reads, words in class names.

/// An element's name, as far as it makes a difference here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tag {
    Html,
    Body,
    Article,
    Main,
    Section,
    Header,
    Footer,
    Nav,
    Heading,
    /// A block with room around it.
    Paragraph,
    /// A block like `div`.
    Block,
    Pre,
    Item,
    Dt,
    Dd,
    Table,
    Rows,
    Head,
    Row,
    Th,
    Td,
    Caption,
    Break,
    Link,
    Bold,
    /// What marks words inside a line and may stand for a label or a value: `span`, `em`, `time`.
    Span,
    /// `sub`, `sup` and the like: their characters belong to those before.
    Attached,
    /// An element of the page's own making: `app-field`.
    Custom,
    Image,
    Input,
    Button,
    Template,
    NoScript,
    /// What a reader never sees as text: `script`, `style`, `svg`, `select`.
    Unseen,
    Title,
    Script,
    Meta,
    LinkRel,
    Time,
    /// Anything else inside a line.
    Other,
}

impl Tag {
    /// An HTML element's.
    pub fn from_name(name: &str) -> Tag {
        match name {
            "html" => Tag::Html,
            "body" => Tag::Body,
            "article" => Tag::Article,
            "main" => Tag::Main,
            "section" => Tag::Section,
            "header" => Tag::Header,
            "footer" => Tag::Footer,
            "nav" => Tag::Nav,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Tag::Heading,
            "p" | "ul" | "ol" | "dl" | "blockquote" | "figure" | "fieldset" | "hr" | "menu" | "dir" => Tag::Paragraph,
            "div" | "address" | "aside" | "center" | "details" | "summary" | "dialog" | "figcaption" | "form"
            | "hgroup" | "legend" | "search" | "optgroup" | "multicol" => Tag::Block,
            "pre" | "listing" | "xmp" | "plaintext" => Tag::Pre,
            "li" => Tag::Item,
            "dt" => Tag::Dt,
            "dd" => Tag::Dd,
            "table" => Tag::Table,
            "tbody" | "tfoot" => Tag::Rows,
            "thead" => Tag::Head,
            "tr" => Tag::Row,
            "th" => Tag::Th,
            "td" => Tag::Td,
            "caption" => Tag::Caption,
            "br" => Tag::Break,
            "a" => Tag::Link,
            "b" | "strong" => Tag::Bold,
            "time" => Tag::Time,
            "span" | "em" | "i" | "label" | "font" | "u" | "small" | "big" | "data" | "output" | "mark" | "cite"
            | "abbr" | "strike" | "tt" | "code" => Tag::Span,
            "sub" | "sup" | "wbr" | "bdi" | "bdo" | "s" | "q" | "ruby" => Tag::Attached,
            "img" => Tag::Image,
            "input" => Tag::Input,
            "button" => Tag::Button,
            "template" => Tag::Template,
            "noscript" => Tag::NoScript,
            "title" => Tag::Title,
            "script" => Tag::Script,
            "meta" => Tag::Meta,
            "link" => Tag::LinkRel,
            "style" | "select" | "datalist" | "option" | "textarea" | "iframe" | "object" | "embed" | "audio"
            | "video" | "canvas" | "map" | "noembed" | "noframes" | "progress" | "meter" | "base" | "col"
            | "colgroup" | "rt" | "rp" | "applet" | "mat-icon" => Tag::Unseen,
            _ if name.contains('-') => Tag::Custom,
            _ => Tag::Other,
        }
    }

    /// An element's of `svg` or `math`: drawings say nothing, formulas are words in a line.
    pub fn from_foreign(name: &str) -> Tag {
        match name {
            "svg" | "annotation" | "annotation-xml" => Tag::Unseen,
            _ => Tag::Attached,
        }
    }

    /// What an element is that says so by its role, as pages do that make tables of `div`.
    pub fn in_role(self, role: &str) -> Tag {
        if !matches!(self, Tag::Block | Tag::Span | Tag::Paragraph | Tag::Section | Tag::Custom) {
            return self;
        }
        match role {
            "table" | "grid" => Tag::Table,
            "rowgroup" => Tag::Rows,
            "row" => Tag::Row,
            "columnheader" | "rowheader" => Tag::Th,
            "cell" | "gridcell" => Tag::Td,
            "term" => Tag::Dt,
            "definition" => Tag::Dd,
            "heading" => Tag::Heading,
            "listitem" => Tag::Item,
            "main" => Tag::Main,
            "article" => Tag::Article,
            "navigation" => Tag::Nav,
            _ => self,
        }
    }

    /// Whether the element stands on lines of its own.
    pub fn is_block(self) -> bool {
        self.has_room()
            || matches!(
                self,
                Tag::Html
                    | Tag::Body
                    | Tag::Header
                    | Tag::Footer
                    | Tag::Nav
                    | Tag::Block
                    | Tag::Item
                    | Tag::Dt
                    | Tag::Dd
                    | Tag::Rows
                    | Tag::Head
                    | Tag::Row
                    | Tag::Th
                    | Tag::Td
                    | Tag::Caption
            )
    }

    /// Whether a blank line stands before and behind the element.
    pub fn has_room(self) -> bool {
        matches!(self, Tag::Article | Tag::Main | Tag::Section | Tag::Heading | Tag::Paragraph | Tag::Pre | Tag::Table)
    }

    /// Whether the element may hold a label or a value inside a line.
    pub fn is_span(self) -> bool {
        matches!(self, Tag::Bold | Tag::Span | Tag::Time | Tag::Link | Tag::Custom)
    }

    /// Whether a reader sees nothing of what the element holds.
    pub fn is_unseen(self) -> bool {
        matches!(self, Tag::Unseen | Tag::Title | Tag::Script | Tag::Meta | Tag::LinkRel)
    }
}

macro_rules! keys {
    ($($key:ident $name:literal)*) => {
        /// An attribute that kohex reads.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Key { $($key,)* }

        impl Key {
            /// The attribute of a name; `None` for one that says nothing here.
            pub fn from_name(name: &str) -> Option<Key> {
                match name {
                    $($name => Some(Key::$key),)*
                    _ => None,
                }
            }
        }
    };
}

keys! {
    Alt "alt" AriaHidden "aria-hidden" AriaModal "aria-modal" Class "class" ColSpan "colspan" Content "content"
    DateTime "datetime" Disabled "disabled" Hidden "hidden" Href "href" Id "id" ItemProp "itemprop" Lang "lang"
    Name "name" Property "property" ReadOnly "readonly" Rel "rel" Role "role" RowSpan "rowspan" Scope "scope"
    PubDate "pubdate" ShadowRoot "shadowrootmode" Source "src" Style "style" Type "type" Value "value" XmlLang "xml:lang"
}

/// The words of class names and ids in lower case: `field__label`, `fieldLabel` and `field-label` have the same two.
pub fn words(names: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut lower = false;
    let mut open = false;
    for c in names.chars().take(2000) {
        if !c.is_ascii_alphanumeric() {
            open = false;
            continue;
        }
        if !open || (lower && c.is_ascii_uppercase()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(c.to_ascii_lowercase());
        }
        open = true;
        lower = c.is_ascii_lowercase();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn class_names_fall_into_words() {
        assert_eq!(words("field__label  main-Menu"), ["field", "label", "main", "menu"]);
        assert_eq!(words("fieldLabel projectID"), ["field", "label", "project", "id"]);
        assert_eq!(words(" -- "), [""; 0]);
    }
}
