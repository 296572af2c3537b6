//! The program: hands its arguments to the library and ends with the exit code that it answers.

fn main() -> std::process::ExitCode {
    let arguments = std::env::args_os().map(|text| text.to_string_lossy().into_owned());
    terrace::cli::run(arguments.collect())
}
