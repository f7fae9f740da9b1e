//! The code that the documentation shows is code of an example or of a test, and thus compiles and
//! runs.

const DOCUMENTATION: &str = concat!(
    include_str!("../../../../src/listener/serving.md"),
    include_str!("../../../../src/guide/testing_servers.md"),
    include_str!("../../../../src/guide/http_body.md"),
);
const MIGRATING: &str = include_str!("../../../../MIGRATING.md");
const MANIFESTS: &str = concat!(
    include_str!("../../Cargo.toml"),
    include_str!("../../../../Cargo.toml"),
);
const README: &str = include_str!("../../../../README.md");
const RECIPES: [&str; 5] = [
    include_str!("../../examples/http.rs"),
    include_str!("../../examples/grpc.rs"),
    include_str!("http_body.rs"),
    include_str!("hyper_http.rs"),
    include_str!("pooled_client.rs"),
];

/// Returns whether the lines of `code` are lines of `recipe`, in the same order.
fn is_part_of(code: &str, recipe: &str) -> bool {
    // A test that uses an example as a module needs more of it to be visible.
    let mut lines = recipe
        .lines()
        .map(|line| line.trim().trim_start_matches("pub(crate) "));
    let mut shown = code.lines().map(str::trim).filter(|line| !line.is_empty());
    shown.all(|line| lines.any(|other| other == line))
}

/// The blocks of code that begin with `language`.
fn blocks<'a>(text: &'a str, language: &'static str) -> impl Iterator<Item = &'a str> {
    let blocks = text.split("```").skip(1).step_by(2);
    blocks.filter_map(move |block| block.strip_prefix(language))
}

#[test]
fn the_documentation_names_the_versions_with_which_the_recipes_are_tested() {
    let mut crates = 0;
    for block in blocks(DOCUMENTATION, "toml\n") {
        for line in block.lines().filter(|&line| line != "[dependencies]") {
            let (name, rest) = line.split_once(" = ").expect("a dependency");
            let version = rest.split('"').nth(1).expect("a version");
            let is_tested = |line: &str| {
                let tested = line
                    .strip_prefix(name)
                    .and_then(|line| line.strip_prefix(" = "));
                tested.is_some_and(|tested| tested.contains(&format!("\"{version}")))
            };
            let is_own = name == "async-duplex" && env!("CARGO_PKG_VERSION").starts_with(version);
            assert!(is_own || MANIFESTS.lines().any(is_tested), "{line}");
            crates += 1;
        }
    }
    assert!(crates > 0);
}

#[test]
fn the_documentation_shows_lines_of_the_recipes() {
    let checked = ["rust\n", "toml\n"].map(|language| blocks(DOCUMENTATION, language).count());
    let all = DOCUMENTATION.matches("```").count() / 2;
    assert_eq!(checked.iter().sum::<usize>(), all, "blocks of code");
    let mut shown = [0; RECIPES.len()];
    for code in blocks(DOCUMENTATION, "rust\n") {
        let recipe = RECIPES.iter().position(|recipe| is_part_of(code, recipe));
        let recipe =
            recipe.unwrap_or_else(|| panic!("no recipe has these lines, in this order:\n{code}"));
        shown[recipe] += 1;
    }
    assert!(!shown.contains(&0), "{shown:?}");
}

#[test]
fn the_guide_for_migrating_shows_lines_of_the_recipe_for_tonic() {
    let diff = blocks(MIGRATING, "diff\n").filter(|diff| diff.contains("Connected"));
    let after: Vec<String> = diff
        .map(|diff| {
            let kept = diff.lines().filter(|line| !line.starts_with('-'));
            let lines = kept.map(|line| line.get(1..).unwrap_or_default());
            // The trait and the server are in two files, which import different items.
            let lines = lines.filter(|line| !line.starts_with("use "));
            lines.collect::<Vec<_>>().join("\n")
        })
        .collect();
    let [code] = &after[..] else {
        panic!("one diff is about tonic, not {}", after.len());
    };
    let recipe = concat!(
        include_str!("../../examples/grpc.rs"),
        include_str!("tonic_grpc.rs"),
    );
    assert!(is_part_of(code, recipe), "{code}");
}

#[test]
fn the_readme_begins_with_the_example_hello() {
    let program = blocks(README, "rust,ignore\n").next();
    let example = include_str!("../../examples/hello.rs");
    let program = program.expect("the program for tokio");
    assert!(example.ends_with(program), "{program}");
}
