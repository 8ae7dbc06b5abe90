//! Wrong wiring of generated types does not compile, and the compiler says why in a sentence.

#[test]
fn wrong_wiring_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
