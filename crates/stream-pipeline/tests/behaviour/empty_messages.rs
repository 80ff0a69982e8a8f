//! An empty message is a message: it travels, it is counted, and it ends nothing.

use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{Batch, PassthroughStage, PipelineBuilder, stage_fn};

use crate::numbers::number;
use crate::watchdog::watched;

#[test]
fn empty_messages_pass_through_every_form() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new()
            .add_stage_object("fast", 64, Block, PassthroughStage)
            .add_stage_object("simple", 64, Block, stage_fn(|message| Ok(vec![message, Vec::new()])))
            .build()
            .unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        input.push(Vec::new()).unwrap();
        input.try_push(Vec::new()).unwrap();
        input.push_many([Vec::new(), b"a".to_vec(), Vec::new()]).unwrap();
        input.push_batch(Batch::from_iter([&b""[..], b""])).unwrap();
        input.close();
        let lengths: Vec<_> = output.map(|message| message.len()).collect();
        assert_eq!(lengths, [0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
        let ledger = running.wait().unwrap().ledger;
        assert_eq!((ledger.accepted, ledger.created, ledger.delivered, ledger.absorbed), (7, 7, 14, 0));
    });
}

#[test]
fn a_batch_without_messages_is_nothing_at_all() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new().add_stage("only", 4, Block).build().unwrap();
        let (input, mut output) = (pipeline.input(), pipeline.output().unwrap());
        let fill_up = || (0..10).for_each(|_| input.push_batch(Batch::new()).unwrap());
        fill_up();
        let running = watch.over(pipeline.start(|_| Box::new(PassthroughStage)).unwrap());
        fill_up();
        input.offer_batch(Batch::new()).unwrap();
        input.push_many([]).unwrap();
        input.push(number(1)).unwrap();
        fill_up();
        assert_eq!(output.pop(), Some(number(1)));
        input.close();
        assert_eq!(output.pop(), None);
        assert_eq!(running.wait().unwrap().ledger.accepted, 1);
    });
}
