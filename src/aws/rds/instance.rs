//! `aws_db_instance`: instances, Multi-AZ instances and read replicas.

use std::collections::BTreeMap;

use aws_sdk_rds::types::{CloudwatchLogsExportConfiguration, DbInstance, Filter, ReplicaMode};

use super::instance_create::{self, list, password};
use super::instance_read::{found, progress};
use super::{retag, set, small};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, TagChange};
use crate::base::Id;
use crate::provider::{Error, ErrorClass, Goal, Poll};
use crate::schema::typed::AwsDbInstance;

/// A database instance.
pub struct Instance;

impl Resource for Instance {
    type Spec = AwsDbInstance;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let found = all(aws, None).await?.into_iter().map(found);
        Ok(found.filter(|one| query.wants(&one.tags, one.id.as_str())).collect())
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<Self::Spec>>, Error> {
        Ok(describe(aws, id.as_str()).await?.map(found))
    }

    /// Makes the instance in one of five ways; the engine then converges for what that way does not take.
    async fn create(aws: &Regional, new: &New<Self::Spec>) -> Result<Id, Error> {
        let created = instance_create::create(aws, new).await?;
        Ok(Id::new(
            created.and_then(|instance| instance.db_instance_identifier).unwrap_or_default(),
        ))
    }

    async fn update(aws: &Regional, id: &Id, change: &Change<Self::Spec>) -> Result<(), Error> {
        let Change { prior, planned } = change;
        if set(&prior.replicate_source_db).is_some() && set(&planned.replicate_source_db).is_none()
        {
            promote(aws, id, planned).await?;
        }
        modify(aws, id, change).await
    }

    /// A new identifier counts at once, or from the maintenance window on.
    fn renamed(change: &Change<Self::Spec>) -> Option<Id> {
        let Change { prior, planned } = change;
        let wanted = set(&planned.identifier).filter(|_| prior.identifier != planned.identifier);
        wanted.filter(|_| planned.apply_immediately.unwrap_or_default()).map(Id::new)
    }

    async fn delete(aws: &Regional, id: &Id, prior: &Self::Spec) -> Result<(), Error> {
        let skip = prior.skip_final_snapshot.unwrap_or_default()
            || set(&prior.replicate_source_db).is_some();
        let snapshot = set(&prior.final_snapshot_identifier).filter(|_| !skip);
        if !skip && snapshot.is_none() {
            let message = format!(
                "the database {id} would be deleted without a last snapshot: set final_snapshot_identifier, or \
                 skip_final_snapshot = true, and apply that first"
            );
            return Err(Error::new(ErrorClass::Invalid, "rds:DeleteDBInstance", message));
        }
        let call = aws
            .rds()
            .delete_db_instance()
            .db_instance_identifier(id.as_str())
            .skip_final_snapshot(skip)
            .set_final_db_snapshot_identifier(snapshot)
            .delete_automated_backups(prior.delete_automated_backups.unwrap_or(true));
        match call.send().await.op("rds:DeleteDBInstance") {
            // It is on its way already.
            Err(error) if error.message.contains("already being deleted") => Ok(()),
            Err(error) => Err(error),
            Ok(_) => Ok(()),
        }
    }

    async fn find(aws: &Regional, new: &New<Self::Spec>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let Some(name) = &new.spec.identifier else { return Ok(Vec::new()) };
        Ok(describe(aws, name).await?.map(found).into_iter().collect())
    }

    async fn poll(aws: &Regional, ids: &[Id], goal: Goal) -> Result<BTreeMap<Id, Poll>, Error> {
        let names = ids.iter().map(ToString::to_string).collect();
        let mut answer: BTreeMap<_, _> = ids.iter().map(|id| (id.clone(), Poll::Gone)).collect();
        let found = match all(aws, Some(filter("db-instance-id", names))).await {
            Err(error) if error.is_not_found() => Vec::new(),
            found => found?,
        };
        for instance in found {
            let poll = match progress(&instance) {
                Poll::Ready | Poll::Failed(_) if goal == Goal::Deleted => {
                    Poll::Pending("deleting".into())
                }
                poll => poll,
            };
            answer.insert(Id::new(instance.db_instance_identifier.unwrap_or_default()), poll);
        }
        if goal == Goal::Updated && answer.values().any(|poll| *poll == Poll::Gone) {
            let renaming = all(aws, None).await?.into_iter().filter_map(next_name);
            for id in renaming.filter(|id| ids.contains(id)) {
                answer.insert(id, Poll::Pending("renaming".into()));
            }
        }
        Ok(answer)
    }

    async fn retag(aws: &Regional, id: &Id, tags: &TagChange) -> Result<(), Error> {
        retag(aws, &aws.arn("rds", &format!("db:{id}")).await?, tags).await
    }
}

/// The name that an instance is about to get; until then it is reported under its old one.
fn next_name(instance: DbInstance) -> Option<Id> {
    instance.pending_modified_values?.db_instance_identifier.map(Id::new)
}

fn filter(name: &str, values: Vec<String>) -> Filter {
    Filter::builder().name(name).set_values(Some(values)).build()
}

/// All instances, or those that a filter lets through.
async fn all(aws: &Regional, filter: Option<Filter>) -> Result<Vec<DbInstance>, Error> {
    let call = aws.rds().describe_db_instances().set_filters(filter.map(|filter| vec![filter]));
    let pages = call.max_records(super::PAGE).into_paginator().items();
    pages.send().collect::<Result<_, _>>().await.op("rds:DescribeDBInstances")
}

/// Whether a text is AWS's own name of an instance, by which it may be imported, rather than the user's.
fn is_resource_id(text: &str) -> bool {
    // Identifiers are in lower case. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
    text.strip_prefix("db-").is_some_and(|rest| {
        rest.len() == 26 && rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    })
}

/// One instance, by its identifier or by AWS's own name of it.
async fn describe(aws: &Regional, name: &str) -> Result<Option<DbInstance>, Error> {
    if is_resource_id(name) {
        return Ok(all(aws, Some(filter("dbi-resource-id", vec![name.to_owned()]))).await?.pop());
    }
    let call = aws.rds().describe_db_instances().db_instance_identifier(name);
    match call.send().await.op("rds:DescribeDBInstances") {
        Ok(answer) => Ok(answer.db_instances.unwrap_or_default().pop()),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Makes a replica stand by itself; one that does already is left alone, so that a second try goes on from there.
async fn promote(aws: &Regional, id: &Id, planned: &AwsDbInstance) -> Result<(), Error> {
    let live = describe(aws, id.as_str()).await?;
    let is_replica =
        live.is_some_and(|live| set(&live.read_replica_source_db_instance_identifier).is_some());
    if !is_replica {
        return Ok(());
    }
    let call = aws
        .rds()
        .promote_read_replica()
        .db_instance_identifier(id.as_str())
        .set_backup_retention_period(planned.backup_retention_period.map(small))
        .set_preferred_backup_window(set(&planned.backup_window));
    call.send().await.op("rds:PromoteReadReplica")?;
    Ok(())
}

/// Sends what differs, in one call; AWS makes all of it at once or in the maintenance window.
async fn modify(aws: &Regional, id: &Id, change: &Change<AwsDbInstance>) -> Result<(), Error> {
    let Change { prior, planned } = change;
    /// The planned value of a field, where it differs.
    macro_rules! moved {
        ($field:ident) => {
            (prior.$field != planned.$field).then(|| planned.$field.clone())
        };
    }
    let new_password = password(planned).filter(|_| {
        prior.password_wo_version != planned.password_wo_version
            || password(prior) != password(planned)
    });
    let storage = prior.allocated_storage != planned.allocated_storage
        || prior.iops != planned.iops
        || prior.storage_type != planned.storage_type;
    let empty = || {
        let call = aws.rds().modify_db_instance().db_instance_identifier(id.as_str());
        call.apply_immediately(planned.apply_immediately.unwrap_or_default())
    };
    let call = empty()
        .set_allocated_storage(planned.allocated_storage.filter(|_| storage).map(small))
        .set_allow_major_version_upgrade(
            planned
                .allow_major_version_upgrade
                .filter(|_| prior.engine_version != planned.engine_version),
        )
        .set_auto_minor_version_upgrade(moved!(auto_minor_version_upgrade).flatten())
        .set_backup_retention_period(moved!(backup_retention_period).flatten().map(small))
        .set_ca_certificate_identifier(moved!(ca_cert_identifier).flatten())
        .set_cloudwatch_logs_export_configuration(log_exports(prior, planned))
        .set_copy_tags_to_snapshot(moved!(copy_tags_to_snapshot).flatten())
        .set_database_insights_mode(
            moved!(database_insights_mode).flatten().as_deref().map(Into::into),
        )
        .set_db_instance_class(moved!(instance_class))
        .set_db_parameter_group_name(moved!(parameter_group_name).flatten())
        .set_db_port_number(moved!(port).flatten().map(small))
        .set_db_subnet_group_name(moved!(db_subnet_group_name).flatten())
        .set_dedicated_log_volume(moved!(dedicated_log_volume).flatten())
        .set_deletion_protection(moved!(deletion_protection).flatten())
        .set_domain(moved!(domain).flatten())
        .set_domain_auth_secret_arn(moved!(domain_auth_secret_arn).flatten())
        .set_domain_dns_ips(moved!(domain_dns_ips).filter(|ips| !ips.is_empty()))
        .set_domain_fqdn(moved!(domain_fqdn).flatten())
        .set_domain_iam_role_name(moved!(domain_iam_role_name).flatten())
        .set_domain_ou(moved!(domain_ou).flatten())
        .set_enable_customer_owned_ip(moved!(customer_owned_ip_enabled).flatten())
        .set_enable_iam_database_authentication(
            moved!(iam_database_authentication_enabled).flatten(),
        )
        .set_enable_performance_insights(moved!(performance_insights_enabled).flatten())
        .set_engine_version(moved!(engine_version).flatten())
        .set_iops(moved!(iops).flatten().map(small))
        .set_license_model(moved!(license_model).flatten())
        .set_manage_master_user_password(
            moved!(manage_master_user_password).map(Option::unwrap_or_default),
        )
        .set_master_user_password(new_password)
        .set_master_user_secret_kms_key_id(moved!(master_user_secret_kms_key_id).flatten())
        .set_max_allocated_storage(moved!(max_allocated_storage).flatten().map(small))
        .set_monitoring_interval(moved!(monitoring_interval).flatten().map(small))
        .set_monitoring_role_arn(moved!(monitoring_role_arn).flatten())
        .set_multi_az(moved!(multi_az).flatten())
        .set_network_type(moved!(network_type).flatten())
        .set_new_db_instance_identifier(moved!(identifier).flatten())
        .set_option_group_name(moved!(option_group_name).flatten())
        .set_performance_insights_kms_key_id(moved!(performance_insights_kms_key_id).flatten())
        .set_performance_insights_retention_period(
            moved!(performance_insights_retention_period).flatten().map(small),
        )
        .set_preferred_backup_window(moved!(backup_window).flatten())
        .set_preferred_maintenance_window(moved!(maintenance_window).flatten())
        .set_publicly_accessible(moved!(publicly_accessible).flatten())
        .set_replica_mode(moved!(replica_mode).flatten().as_deref().map(ReplicaMode::from))
        .set_storage_throughput(moved!(storage_throughput).flatten().map(small))
        .set_storage_type(moved!(storage_type).flatten())
        .set_vpc_security_group_ids(
            moved!(vpc_security_group_ids).filter(|groups| !groups.is_empty()),
        );
    if call.as_input() != empty().as_input() {
        call.send().await.op("rds:ModifyDBInstance")?;
    }
    Ok(())
}

/// Which logs go to CloudWatch from now on, and which no longer.
fn log_exports(
    prior: &AwsDbInstance,
    planned: &AwsDbInstance,
) -> Option<CloudwatchLogsExportConfiguration> {
    let (before, after) =
        (&prior.enabled_cloudwatch_logs_exports, &planned.enabled_cloudwatch_logs_exports);
    let added: Vec<_> = after.iter().filter(|log| !before.contains(log)).cloned().collect();
    let removed: Vec<_> = before.iter().filter(|log| !after.contains(log)).cloned().collect();
    (!added.is_empty() || !removed.is_empty()).then(|| {
        CloudwatchLogsExportConfiguration::builder()
            .set_enable_log_types(list(&added))
            .set_disable_log_types(list(&removed))
            .build()
    })
}
