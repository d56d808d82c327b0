//! The command line as its users see it: what README shows, and goldens in `tests/cmd`.

#[test]
fn what_the_documents_show_is_what_happens() {
    trycmd::TestCases::new().case("README.md").case("tests/cmd/*.md").env("NO_COLOR", "1");
}
