use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::*;

const REQUEST: &[u8] = b"POST /a?b HTTP/1.1\r\nX-One: 1\r\nContent-Length: 2\r\n\r\nhi";

#[expect(clippy::disallowed_methods, reason = "plays the sender: no delivery, no target guard")]
async fn dial(receiver: &Receiver) -> TcpStream {
    TcpStream::connect(receiver.address()).await.unwrap()
}

async fn answer_of(stream: &mut TcpStream) -> String {
    let mut text = vec![0; 512];
    let length = stream.read(&mut text).await.unwrap();
    String::from_utf8_lossy(&text[..length]).into_owned()
}

#[tokio::test]
async fn requests_are_passed_on_whole_and_answered_in_turn() {
    let answers = [Answer::status(500), Answer::with(200, &[("X-Two", "2")], "yes")];
    let mut receiver = Receiver::in_turn(answers).await;
    let mut stream = dial(&receiver).await;
    for expected in ["HTTP/1.1 500", "HTTP/1.1 200", "HTTP/1.1 200"] {
        stream.write_all(REQUEST).await.unwrap();
        let arrived = receiver.next().await;
        assert_eq!(arrived.target, "/a?b");
        assert_eq!(arrived.header("x-one"), Some("1"));
        assert_eq!(&arrived.body[..], b"hi");
        assert!(answer_of(&mut stream).await.starts_with(expected));
    }
    assert_eq!((receiver.waiting(), receiver.most_at_once()), (0, 1));
}

#[tokio::test]
async fn held_answers_wait_and_are_counted() {
    let mut receiver = Receiver::start(Answer::held()).await;
    let (mut one, mut two) = (dial(&receiver).await, dial(&receiver).await);
    one.write_all(REQUEST).await.unwrap();
    two.write_all(REQUEST).await.unwrap();
    receiver.take(2).await;
    assert_eq!(receiver.most_at_once(), 2);
    receiver.release(2);
    assert!(answer_of(&mut one).await.starts_with("HTTP/1.1 200"));
    assert!(answer_of(&mut two).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn what_is_closed_is_closed() {
    let receiver = Receiver::start(Answer::close()).await;
    let mut stream = dial(&receiver).await;
    stream.write_all(REQUEST).await.unwrap();
    assert_eq!(answer_of(&mut stream).await, "");
}
