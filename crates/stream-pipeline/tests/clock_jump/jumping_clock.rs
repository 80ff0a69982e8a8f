//! A process whose clocks are set while it runs, by libfaketime.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// Set in the child: the file that says how far off its clocks are, in seconds.
const OFFSET_FILE: &str = "FAKETIME_TIMESTAMP_FILE";

/// Where to look first, for a library that was unpacked somewhere else.
const LIBRARY: &str = "STREAM_PIPELINE_LIBFAKETIME";

/// Where packages put it: those of Debian and Ubuntu, of Fedora, of others.
const PLACES: [&str; 4] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib64/faketime/libfaketimeMT.so.1",
    "/usr/lib/faketime/libfaketimeMT.so.1",
    "/usr/local/lib/faketime/libfaketimeMT.so.1",
];

/// A hundred times what a child takes. Its own watchdog cannot be relied on: it goes by the clock that jumps.
const LIMIT: Duration = Duration::from_secs(60);

/// Which clocks of the child jump.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Jumps {
    WallClock,
    EveryClock,
}

pub(crate) struct JumpingClock {
    offset_file: PathBuf,
    jumps: Jumps,
}

impl JumpingClock {
    /// The clock, in the child. In the parent `None`, once the child has run the test called `test` and passed it.
    pub(crate) fn of_child(test: &str, jumps: Jumps) -> Option<Self> {
        if let Some(offset_file) = std::env::var_os(OFFSET_FILE) {
            return Some(Self { offset_file: offset_file.into(), jumps });
        }
        let offset_file = std::env::temp_dir().join(format!("stream-pipeline-{test}-{}", std::process::id()));
        fs::write(&offset_file, "+0").unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap());
        child
            .args(["--ignored", "--nocapture", "--exact", test])
            .env("LD_PRELOAD", library())
            .env(OFFSET_FILE, &offset_file)
            .env("FAKETIME_NO_CACHE", "1")
            .envs((jumps == Jumps::WallClock).then_some(("FAKETIME_DONT_FAKE_MONOTONIC", "1")));
        let child = output_within_limit(&mut child);
        fs::remove_file(offset_file).unwrap();
        let (stdout, stderr) = (String::from_utf8_lossy(&child.stdout), String::from_utf8_lossy(&child.stderr));
        assert!(child.status.success() && stdout.contains("1 passed"), "{stdout}\n{stderr}");
        None
    }

    /// The clocks are `offset` seconds ahead of what they were in the beginning.
    pub(crate) fn set(&self, offset: i64) {
        let (wall, monotonic) = (SystemTime::now(), Instant::now());
        let before = self.offset();
        // Never half written: the child reads it at every look at a clock.
        let next = self.offset_file.with_extension("next");
        fs::write(&next, format!("{offset:+}")).unwrap();
        fs::rename(next, &self.offset_file).unwrap();

        let jump = offset - before;
        let wall_moved = match SystemTime::now().duration_since(wall) {
            Ok(ahead) => ahead.as_secs_f64(),
            Err(back) => -back.duration().as_secs_f64(),
        };
        assert!((wall_moved - jump as f64).abs() < 30.0, "the wall clock moved {wall_moved} s instead of {jump}");
        let now = Instant::now();
        let went_ahead = now > monotonic + Duration::from_secs(30);
        let expected = if self.jumps == Jumps::WallClock { 0 } else { jump.signum() };
        assert_eq!((went_ahead, now < monotonic), (expected > 0, expected < 0), "the monotonic clock");
    }

    /// How far they are ahead, in seconds.
    pub(crate) fn offset(&self) -> i64 {
        fs::read_to_string(&self.offset_file).unwrap().parse().unwrap()
    }
}

/// Runs it, and kills it if it hangs.
fn output_within_limit(command: &mut Command) -> Output {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > LIMIT {
            child.kill().unwrap();
        }
        thread::sleep(Duration::from_millis(5));
    }
    child.wait_with_output().unwrap()
}

fn library() -> PathBuf {
    if let Some(own) = std::env::var_os(LIBRARY) {
        return own.into();
    }
    let found = PLACES.iter().map(PathBuf::from).find(|place| place.exists());
    found.unwrap_or_else(|| {
        panic!("libfaketime is missing: install the package faketime, or name its libfaketimeMT.so.1 in {LIBRARY}")
    })
}
