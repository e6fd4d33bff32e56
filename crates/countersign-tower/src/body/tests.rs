use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use countersign::{Dialect, Verifier};
use http::HeaderValue;
use http_body::Frame;
use proptest::prelude::*;

use super::*;

/// A body that comes frame by frame, and breaks off where a frame is an error.
struct Frames(Vec<Result<Frame<Bytes>, &'static str>>);

impl Body for Frames {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        Poll::Ready(if self.0.is_empty() { None } else { Some(self.0.remove(0)) })
    }
}

/// Runs to its end what waits for nothing but its own turn.
fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(done) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return done;
        }
    }
}

fn verification() -> Verification {
    let signature = format!("sha256={}", "0".repeat(64));
    Verifier::decoy(Dialect::BitbucketCloud).begin(&[("X-Hub-Signature", signature)]).unwrap()
}

/// Reads a body that comes in chunks of `chunk_bytes`.
fn read_in(
    chunk_bytes: usize,
    wire: &[u8],
    encoding: Encoding,
    cap: usize,
) -> Result<Bytes, Refusal> {
    let chunks = wire.chunks(chunk_bytes);
    let frames = chunks.map(|chunk| Ok(Frame::data(Bytes::copy_from_slice(chunk)))).collect();
    run(read(Frames(frames), encoding, cap, &mut verification()))
}

fn encoding_of(values: &[&str]) -> Result<Encoding, Refusal> {
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(header::CONTENT_ENCODING, HeaderValue::from_str(value).unwrap());
    }
    Encoding::of(&headers)
}

#[test]
fn a_content_encoding_is_one_word_once() {
    for values in [&[][..], &["identity"], &["Identity"], &[""]] {
        assert_eq!(encoding_of(values), Ok(Encoding::Identity), "{values:?}");
    }
    for values in [&["br"][..], &["gzip, gzip"], &["gzip", "gzip"], &["identity", "identity"]] {
        assert_eq!(encoding_of(values), Err(Refusal::EncodingUnsupported), "{values:?}");
    }
}

#[cfg(not(feature = "gzip"))]
#[test]
fn without_the_feature_gzip_is_refused() {
    assert_eq!(encoding_of(&["gzip"]), Err(Refusal::EncodingUnsupported));
}

#[test]
fn what_breaks_off_is_no_body_and_trailers_are_no_part_of_one() {
    let frames = vec![Ok(Frame::data(Bytes::from_static(b"half"))), Err("reset")];
    let broken = run(read(Frames(frames), Encoding::Identity, 100, &mut verification()));
    assert_eq!(broken, Err(Refusal::BodyBroken));

    let trailers = Frame::trailers(HeaderMap::new());
    let frames = vec![Ok(Frame::data(Bytes::from_static(b"whole"))), Ok(trailers)];
    let whole = run(read(Frames(frames), Encoding::Identity, 100, &mut verification()));
    assert_eq!(whole, Ok(Bytes::from_static(b"whole")));
}

proptest! {
    #[test]
    fn a_body_is_what_was_sent_up_to_the_cap_however_it_is_cut(
        wire: Vec<u8>,
        chunk_bytes in 1_usize..40,
        cap in 0_usize..120,
    ) {
        let expected = if wire.len() > cap { Err(Refusal::BodyTooLarge) } else { Ok(wire.clone().into()) };
        prop_assert_eq!(read_in(chunk_bytes, &wire, Encoding::Identity, cap), expected);
    }
}

#[cfg(feature = "gzip")]
mod gzipped {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::super::gzip::{RATIO_FREE_BYTES, RATIO_MAX};
    use super::*;

    const CAP: usize = 10 * 1024 * 1024;

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    fn decoded(wire: &[u8], cap: usize) -> Result<Bytes, Refusal> {
        read_in(1000, wire, Encoding::Gzip, cap)
    }

    #[test]
    fn gzip_is_named_in_two_ways() {
        for value in ["gzip", "GZip", " x-gzip "] {
            assert_eq!(encoding_of(&[value]), Ok(Encoding::Gzip), "{value}");
        }
    }

    proptest! {
        #[test]
        fn it_decodes_to_what_was_encoded(plain: Vec<u8>, chunk_bytes in 1_usize..40) {
            let read = read_in(chunk_bytes, &gzip(&plain), Encoding::Gzip, CAP);
            prop_assert_eq!(read, Ok(plain.into()));
        }
    }

    #[test]
    fn several_members_are_one_body() {
        let wire = [gzip(b"one "), gzip(b""), gzip(b"two")].concat();
        assert_eq!(decoded(&wire, CAP), Ok(Bytes::from_static(b"one two")));
    }

    #[test]
    fn what_does_not_begin_as_gzip_is_plain() {
        for plain in [&b""[..], b"{}", b"\x1f"] {
            assert_eq!(decoded(plain, CAP), Ok(Bytes::copy_from_slice(plain)));
        }
    }

    #[test]
    fn what_begins_as_gzip_and_is_none_is_refused() {
        let wire = gzip(b"some plain text");
        for end in 2..wire.len() {
            assert_eq!(decoded(&wire[..end], CAP), Err(Refusal::GzipInvalid), "{end}");
        }
        let garbage = [&wire[..], b"garbage"].concat();
        assert_eq!(decoded(&garbage, CAP), Err(Refusal::GzipInvalid));
    }

    #[test]
    fn the_cap_is_for_plain_bytes_too() {
        let plain = vec![b'x'; 1000];
        assert_eq!(decoded(&gzip(&plain), 1000).unwrap().len(), 1000);
        assert_eq!(decoded(&gzip(&plain), 999), Err(Refusal::BodyTooLarge));
    }

    #[test]
    fn a_small_body_may_be_any_number_of_times_longer_and_a_large_one_a_hundred() {
        let free = vec![0; RATIO_FREE_BYTES];
        assert!(gzip(&free).len() * RATIO_MAX < RATIO_FREE_BYTES);
        assert_eq!(decoded(&gzip(&free), CAP).unwrap().len(), RATIO_FREE_BYTES);
        let more = vec![0; RATIO_FREE_BYTES + 1];
        assert_eq!(decoded(&gzip(&more), CAP), Err(Refusal::BodyTooLarge));
    }

    #[test]
    fn a_body_just_under_the_ratio_is_taken_and_one_just_over_it_is_not() {
        // Stored bytes make the wire as long as is needed.
        let noise: Vec<u8> =
            (0..2000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
        encoder.write_all(&noise).unwrap();
        let head = encoder.finish().unwrap();
        let most = |zeros: usize| (head.len() + gzip(&vec![0; zeros]).len()) * RATIO_MAX;
        let mut zeros = 180_000;
        while noise.len() + zeros < most(zeros) {
            zeros += 100;
        }
        let wire = |zeros: usize| [&head[..], &gzip(&vec![0; zeros])].concat();
        assert!(decoded(&wire(zeros - 200), CAP).is_ok());
        assert_eq!(decoded(&wire(zeros + 200), CAP), Err(Refusal::BodyTooLarge));
    }
}
