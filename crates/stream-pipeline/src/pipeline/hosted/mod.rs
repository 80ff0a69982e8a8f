//! A stage whose threads belong to somebody else, such as event loops: nothing here waits.
//!
//! Each of them is a *hand*: it takes a *portion* of the messages, works on it, and gives the outputs back; and it may take
//! further portions meanwhile. What a hand makes is gathered without a lock. Whatever it gives or takes passes under the
//! lock of the *seat*, once per crossing.
//!
//! | file | what |
//! |---|---|
//! | `place.rs` | the stage, as those see it who make hands and watch over them |
//! | `hand.rs` | one of those at work |
//! | `seat.rs` | what the hands share: one crossing, and how the stage ends |
//! | `work.rs` | what they share while it runs: the books, its portions, who waits |
//! | `window.rs` | the portions that are not finished, and whose turn it is |
//! | `outlet.rs` | what has been given and has no room yet |

mod hand;
mod outlet;
mod place;
mod seat;
mod window;
mod work;

pub use hand::{Given, Hand, Taken};
pub use place::HostedStage;
pub(super) use seat::Seat;
pub use window::Order;
