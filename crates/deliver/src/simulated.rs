//! A network for tests: names with set answers, and wires that lead where the test says.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use crate::client::{Client, ClientParts};
use crate::dialer::{Dial, Dialing, TcpDialer, Wire};
use crate::resolver::{Resolve, ResolveError, Resolving};
use crate::target_guard::TargetGuard;

/// Public addresses, none of which is ever really dialled here.
pub(crate) const PUBLIC: &str = "93.184.215.14";
pub(crate) const OTHER_PUBLIC: &str = "2606:4700:4700::1111";

/// Answers every name from a list, one answer a question; the last one stays.
#[derive(Debug)]
pub(crate) struct Names {
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    asked: Mutex<Vec<String>>,
}

impl Names {
    pub(crate) fn answering(answers: &[&[&str]]) -> Arc<Self> {
        let answer = |answer: &&[&str]| answer.iter().map(|ip| ip.parse().unwrap()).collect();
        Arc::new(Self {
            answers: Mutex::new(answers.iter().map(answer).collect()),
            asked: Mutex::default(),
        })
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Resolve for Names {
    fn resolve<'a>(&'a self, name: &'a str) -> Resolving<'a> {
        self.asked.lock().unwrap().push(name.to_owned());
        let mut answers = self.answers.lock().unwrap();
        let answer = match answers.len() {
            1 => answers.front().cloned(),
            _ => answers.pop_front(),
        };
        Box::pin(async move { answer.filter(|ips| !ips.is_empty()).ok_or(ResolveError::NoAddress) })
    }
}

/// Never answers.
#[derive(Debug)]
pub(crate) struct Silent;

impl Resolve for Silent {
    fn resolve<'a>(&'a self, _: &'a str) -> Resolving<'a> {
        Box::pin(std::future::pending())
    }
}

/// What a dialled address does.
#[derive(Clone, Debug)]
pub(crate) enum Lead {
    /// Leads to this receiver, whatever was dialled.
    To(SocketAddr),
    /// Refuses the connection.
    Refused,
    /// Takes nothing and says nothing.
    Lost,
    /// Takes the connection and never says a word.
    Mute,
}

/// Notes every address that is dialled. The first lead is for the first of them and so on; the
/// last one stays.
#[derive(Debug)]
pub(crate) struct Wires {
    leads: Vec<Lead>,
    dialled: Mutex<Vec<SocketAddr>>,
}

impl Wires {
    pub(crate) fn leading(leads: &[Lead]) -> Arc<Self> {
        Arc::new(Self { leads: leads.to_vec(), dialled: Mutex::default() })
    }

    pub(crate) fn dialled(&self) -> Vec<String> {
        self.dialled.lock().unwrap().iter().map(SocketAddr::to_string).collect()
    }
}

impl Dial for Wires {
    fn dial(&self, address: SocketAddr) -> Dialing<'_> {
        let mut dialled = self.dialled.lock().unwrap();
        let lead = self.leads[dialled.len().min(self.leads.len() - 1)].clone();
        dialled.push(address);
        Box::pin(async move {
            match lead {
                Lead::To(receiver) => TcpDialer.dial(receiver).await,
                Lead::Refused => Err(io::ErrorKind::ConnectionRefused.into()),
                Lead::Lost => std::future::pending().await,
                Lead::Mute => {
                    let (near, far) = tokio::io::duplex(64 * 1024);
                    tokio::spawn(async move {
                        let _far = far;
                        std::future::pending::<()>().await;
                    });
                    Ok(Box::new(near) as Box<dyn Wire>)
                }
            }
        })
    }
}

/// A client on this network, with the default guard and no authorities.
pub(crate) fn client(names: Arc<dyn Resolve>, wires: Arc<dyn Dial>) -> Client {
    let tls = crate::tls::client_config_trusting_only(&[]).unwrap();
    Client::new(ClientParts {
        guard: Arc::new(TargetGuard::default()),
        resolver: names,
        dialer: wires,
        tls: Arc::new(tls),
    })
}
