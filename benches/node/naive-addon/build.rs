//! Links the addon as Node wants it.

fn main() {
    napi_build::setup();
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        // A worker's exit must not unmap code that a thread still runs.
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}
