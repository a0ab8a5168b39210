//! What is erased every night is found without reading what was erased before.

use std::sync::Arc;

use chrono::TimeDelta;
use rollcall_server::{
    ctx::Ctx,
    db::{DbError, Perishable, Written},
};
use scim_schema::id::RequestId;
use sea_orm::ConnectionTrait;

use super::{Index, Path, populated};
use crate::support::Statements;

const BY_BODY: Path = Path(&[Index::Named("ix_scim_request_log_bodies")], &["at <"]);

#[tokio::test]
async fn bodies_that_are_too_old_are_found_among_those_that_are_left() {
    let (app, _client, _ids) = populated().await;
    let erase = "UPDATE scim_request_log SET request_body = NULL, response_body = NULL WHERE request_body NOT LIKE '%Class 1%'";
    app.sql.execute_unprepared(erase).await.unwrap();
    app.count_rows("").await;
    let state = &app.app.state;
    let now = state.clock.now();
    let request = RequestId(state.ids.uuid_v7(now));
    let ctx = Arc::new(Ctx::system(app.account.id, "test", request, now));
    let heard = Statements::listen();
    let erased = state.db.write::<_, DbError, _>(&ctx, move |tx| {
        Box::pin(async move {
            let before = now + TimeDelta::days(1);
            let erased = tx.delete_perished(Perishable::ProvisioningBodies, before);
            Ok(Written::bookkeeping(erased.await?))
        })
    });
    assert!(erased.await.unwrap() > 0);
    BY_BODY.assert_taken(&app, &heard.take()).await;
    app.finish().await;
}
