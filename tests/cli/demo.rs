//! The main job on the simulated cloud, as a newcomer's first command runs it.

use crate::sandbox::Sandbox;

#[test]
fn the_demo_grows_a_shop_and_leaves_nothing() {
    let sandbox = Sandbox::new();
    let text = sandbox.run("demo").ok().out;
    assert!(text.contains("No changes. What is live matches the configuration."), "{text}");
    assert_eq!(text.matches("Apply complete!").count(), 2, "{text}");
    assert!(text.contains("Destroy complete! Resources: 55 destroyed."), "{text}");
    assert!(!text.contains("Apply failed"), "{text}");
}
