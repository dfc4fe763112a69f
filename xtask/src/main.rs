//! Checks and generators that `make check` and `make gen` run.

fn main() {
    print!("{}", countersign_api::ts::module());
}
