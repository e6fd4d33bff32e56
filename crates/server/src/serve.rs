//! Running a built server until it is told to stop, and its upkeep meanwhile.
//!
//! Stopping, in this order: not ready → both listeners end their requests → a job's step and a slice
//! of retention under way are finished → attempts under way are
//! recorded → leases go back → what was noted in memory is written → the store closes.

use std::{
    net::SocketAddr,
    sync::{Arc, atomic::Ordering},
};

use axum::Router;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use pipeline::StoreError;
use tokio::sync::watch;
use tower_service::Service;

use crate::{
    build::Server,
    listen,
    notices::{self, Publisher},
    receive::Receiver,
    retention::Retention,
    upkeep::Upkeep,
};

impl Server {
    /// Serves until `stop` turns true, then drains and closes.
    ///
    /// # Errors
    ///
    /// What the store said when it closed; everything that was answered is on disk all the same.
    pub async fn serve(self, mut stop: watch::Receiver<bool>) -> Result<(), StoreError> {
        let receiver = self.receiver;
        let public = listen::serve(
            self.public,
            move |request, peer| receive(receiver.clone(), request, peer),
            {
                let metrics = self.base.metrics.clone();
                move |change| metrics.connection(change)
            },
            stop.clone(),
        );
        let router = console::router(self.console);
        let admin = listen::serve(
            self.admin,
            move |request, _peer| administer(router.clone(), request),
            |_| {},
            stop.clone(),
        );
        let base = self.base;
        let store = base.store.clone();
        let publisher = Publisher {
            store: base.store.clone(),
            live: base.live.clone(),
            dispatcher: self.dispatcher.clone(),
            ids: base.ids,
        };
        let publishing = tokio::spawn(notices::publish(publisher, base.raised));
        let retention = Retention {
            store: base.store.clone(),
            history: self.history,
            metrics: base.metrics.clone(),
            clock: base.clock.clone(),
        };
        let retention = tokio::spawn(retention.run(stop.clone()));
        let jobs = tokio::spawn(self.jobs.run(stop.clone()));
        let upkeep = Upkeep {
            store: base.store,
            live: base.live,
            dispatcher: self.dispatcher.clone(),
            metrics: base.metrics,
            secret_use: base.secret_use,
            notices: base.notices,
            data: self.data,
            clock: base.clock,
        };
        let upkeep = Arc::new(upkeep);
        let running = tokio::spawn(upkeep.clone().run());
        tokio::join!(public, admin, async {
            // The sender being gone means the same as its saying so.
            let _ = stop.wait_for(|stop| *stop).await;
            self.draining.store(true, Ordering::SeqCst);
        });
        // Each ends by itself now; one that panicked has ended too.
        let _ = tokio::join!(retention, jobs);
        self.dispatcher.stop(self.drain).await;
        running.abort();
        publishing.abort();
        upkeep.write_uses().await;
        store.close().await
    }
}

async fn receive(
    receiver: Arc<Receiver>,
    request: Request<Incoming>,
    peer: SocketAddr,
) -> Response<Full<Bytes>> {
    receiver.respond(request, peer).await
}

async fn administer(mut router: Router, request: Request<Incoming>) -> Response<axum::body::Body> {
    match router.call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
