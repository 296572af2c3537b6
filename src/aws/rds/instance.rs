//! `aws_db_instance`: instances, Multi-AZ instances and read replicas.

use std::collections::BTreeMap;

use aws_sdk_rds::types::{
    CloudwatchLogsExportConfiguration, DatabaseInsightsMode, DbInstance, Filter, ReplicaMode,
};

use super::instance_read::{found, progress};
use super::{retag, set, small, tag_list};
use crate::aws::error::Operation as _;
use crate::aws::regional::Regional;
use crate::aws::resource::{Change, Found, New, Query, Resource, TagChange};
use crate::base::Id;
use crate::provider::{Error, ErrorClass, Goal, Poll};
use crate::schema::Secret;
use crate::schema::typed::AwsDbInstance;

/// A database instance.
pub struct Instance;

impl Resource for Instance {
    type Spec = AwsDbInstance;

    async fn list(aws: &Regional, query: &Query<'_>) -> Result<Vec<Found<Self::Spec>>, Error> {
        let pages =
            aws.rds().describe_db_instances().max_records(super::PAGE).into_paginator().items();
        let all: Vec<_> =
            pages.send().collect::<Result<_, _>>().await.op("rds:DescribeDBInstances")?;
        let found = all.into_iter().map(found);
        Ok(found.filter(|one| query.wants(&one.tags, one.id.as_str())).collect())
    }

    async fn read(aws: &Regional, id: &Id) -> Result<Option<Found<Self::Spec>>, Error> {
        Ok(describe(aws, id.as_str()).await?.map(found))
    }

    /// Makes the instance in one of four ways; the engine then converges for what that way does not take.
    async fn create(aws: &Regional, new: &New<Self::Spec>) -> Result<Id, Error> {
        let spec = &new.spec;
        if spec.s3_import.is_some() {
            let message = "s3_import is not implemented; import the backup with the AWS CLI, then `terrace import`";
            return Err(Error::new(
                ErrorClass::Unsupported,
                "rds:RestoreDBInstanceFromS3",
                message,
            ));
        }
        let created = if set(&spec.replicate_source_db).is_some() {
            create_replica(aws, new).await?
        } else if set(&spec.snapshot_identifier).is_some() {
            restore_snapshot(aws, new).await?
        } else if spec.restore_to_point_in_time.is_some() {
            restore_time(aws, new).await?
        } else {
            create_fresh(aws, new).await?
        };
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
        let filter = Filter::builder().name("db-instance-id").set_values(Some(names)).build();
        let pages = aws
            .rds()
            .describe_db_instances()
            .filters(filter)
            .max_records(super::PAGE)
            .into_paginator()
            .items();
        let mut answer: BTreeMap<_, _> = ids.iter().map(|id| (id.clone(), Poll::Gone)).collect();
        let all: Vec<DbInstance> =
            match pages.send().collect::<Result<_, _>>().await.op("rds:DescribeDBInstances") {
                Err(error) if error.is_not_found() => Vec::new(),
                all => all?,
            };
        for instance in all {
            let poll = match progress(&instance) {
                Poll::Ready | Poll::Failed(_) if goal == Goal::Deleted => {
                    Poll::Pending("deleting".into())
                }
                poll => poll,
            };
            answer.insert(Id::new(instance.db_instance_identifier.unwrap_or_default()), poll);
        }
        Ok(answer)
    }

    async fn retag(aws: &Regional, id: &Id, tags: &TagChange) -> Result<(), Error> {
        retag(aws, &aws.arn("rds", &format!("db:{id}")).await?, tags).await
    }
}

async fn describe(aws: &Regional, name: &str) -> Result<Option<DbInstance>, Error> {
    let call = aws.rds().describe_db_instances().db_instance_identifier(name);
    match call.send().await.op("rds:DescribeDBInstances") {
        Ok(answer) => Ok(answer.db_instances.unwrap_or_default().pop()),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

fn list(items: &[String]) -> Option<Vec<String>> {
    (!items.is_empty()).then(|| items.to_vec())
}

/// The master password, whichever way it is given, for the one call that needs it.
fn password(spec: &AwsDbInstance) -> Option<String> {
    let given = spec.password_wo.as_ref().or(spec.password.as_ref());
    given.map(Secret::expose).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Sets the fields that all of the ways to make an instance take.
macro_rules! common {
    ($call:expr, $spec:ident, $tags:expr) => {
        $call
            .set_db_instance_class(
                Some($spec.instance_class.clone()).filter(|class| !class.is_empty()),
            )
            .set_port($spec.port.filter(|port| *port > 0).map(small))
            .set_availability_zone(set(&$spec.availability_zone))
            .set_db_subnet_group_name(set(&$spec.db_subnet_group_name))
            .set_multi_az($spec.multi_az)
            .set_publicly_accessible($spec.publicly_accessible)
            .set_auto_minor_version_upgrade($spec.auto_minor_version_upgrade)
            .set_iops($spec.iops.filter(|iops| *iops > 0).map(small))
            .set_storage_throughput($spec.storage_throughput.filter(|rate| *rate > 0).map(small))
            .set_option_group_name(set(&$spec.option_group_name))
            .set_tags(tag_list($tags))
            .set_storage_type(set(&$spec.storage_type))
            .set_vpc_security_group_ids(list(&$spec.vpc_security_group_ids))
            .set_domain(set(&$spec.domain))
            .set_domain_fqdn(set(&$spec.domain_fqdn))
            .set_domain_ou(set(&$spec.domain_ou))
            .set_domain_auth_secret_arn(set(&$spec.domain_auth_secret_arn))
            .set_domain_dns_ips(list(&$spec.domain_dns_ips))
            .set_domain_iam_role_name(set(&$spec.domain_iam_role_name))
            .set_copy_tags_to_snapshot($spec.copy_tags_to_snapshot)
            .set_enable_iam_database_authentication($spec.iam_database_authentication_enabled)
            .set_enable_cloudwatch_logs_exports(list(&$spec.enabled_cloudwatch_logs_exports))
            .set_db_parameter_group_name(set(&$spec.parameter_group_name))
            .set_deletion_protection($spec.deletion_protection)
            .set_enable_customer_owned_ip($spec.customer_owned_ip_enabled)
            .set_network_type(set(&$spec.network_type))
            .set_backup_target(set(&$spec.backup_target))
            .set_custom_iam_instance_profile(set(&$spec.custom_iam_instance_profile))
            .set_dedicated_log_volume($spec.dedicated_log_volume)
            .set_ca_certificate_identifier(set(&$spec.ca_cert_identifier))
    };
}

async fn create_fresh(
    aws: &Regional,
    new: &New<AwsDbInstance>,
) -> Result<Option<DbInstance>, Error> {
    let spec = &new.spec;
    let call = common!(aws.rds().create_db_instance(), spec, &new.tags)
        .set_db_instance_identifier(spec.identifier.clone())
        .set_allocated_storage(spec.allocated_storage.map(small))
        .set_backup_retention_period(spec.backup_retention_period.map(small))
        .set_character_set_name(set(&spec.character_set_name))
        .set_database_insights_mode(
            spec.database_insights_mode.as_deref().map(DatabaseInsightsMode::from),
        )
        .set_db_name(set(&spec.db_name))
        .set_enable_performance_insights(spec.performance_insights_enabled)
        .set_engine(set(&spec.engine))
        .set_engine_lifecycle_support(set(&spec.engine_lifecycle_support))
        .set_engine_version(set(&spec.engine_version))
        .set_kms_key_id(set(&spec.kms_key_id))
        .set_license_model(set(&spec.license_model))
        .set_manage_master_user_password(spec.manage_master_user_password)
        .set_master_user_password(password(spec))
        .set_master_user_secret_kms_key_id(set(&spec.master_user_secret_kms_key_id))
        .set_master_username(set(&spec.username))
        .set_max_allocated_storage(spec.max_allocated_storage.filter(|size| *size > 0).map(small))
        .set_monitoring_interval(spec.monitoring_interval.map(small))
        .set_monitoring_role_arn(set(&spec.monitoring_role_arn))
        .set_nchar_character_set_name(set(&spec.nchar_character_set_name))
        .set_performance_insights_kms_key_id(set(&spec.performance_insights_kms_key_id))
        .set_performance_insights_retention_period(
            spec.performance_insights_retention_period.map(small),
        )
        .set_preferred_backup_window(set(&spec.backup_window))
        .set_preferred_maintenance_window(set(&spec.maintenance_window))
        .set_storage_encrypted(spec.storage_encrypted)
        .set_timezone(set(&spec.timezone));
    Ok(call.send().await.op("rds:CreateDBInstance")?.db_instance)
}

async fn create_replica(
    aws: &Regional,
    new: &New<AwsDbInstance>,
) -> Result<Option<DbInstance>, Error> {
    let spec = &new.spec;
    let call = common!(aws.rds().create_db_instance_read_replica(), spec, &new.tags)
        .set_db_instance_identifier(spec.identifier.clone())
        .set_source_db_instance_identifier(set(&spec.replicate_source_db))
        .set_allocated_storage(spec.allocated_storage.map(small))
        .set_database_insights_mode(
            spec.database_insights_mode.as_deref().map(DatabaseInsightsMode::from),
        )
        .set_enable_performance_insights(spec.performance_insights_enabled)
        .set_kms_key_id(set(&spec.kms_key_id))
        .set_max_allocated_storage(spec.max_allocated_storage.filter(|size| *size > 0).map(small))
        .set_monitoring_interval(spec.monitoring_interval.map(small))
        .set_monitoring_role_arn(set(&spec.monitoring_role_arn))
        .set_performance_insights_kms_key_id(set(&spec.performance_insights_kms_key_id))
        .set_performance_insights_retention_period(
            spec.performance_insights_retention_period.map(small),
        )
        .set_replica_mode(spec.replica_mode.as_deref().map(ReplicaMode::from))
        .set_upgrade_storage_config(spec.upgrade_storage_config);
    Ok(call.send().await.op("rds:CreateDBInstanceReadReplica")?.db_instance)
}

async fn restore_snapshot(
    aws: &Regional,
    new: &New<AwsDbInstance>,
) -> Result<Option<DbInstance>, Error> {
    let spec = &new.spec;
    let call = common!(aws.rds().restore_db_instance_from_db_snapshot(), spec, &new.tags)
        .set_db_instance_identifier(spec.identifier.clone())
        .set_db_snapshot_identifier(set(&spec.snapshot_identifier))
        .set_allocated_storage(spec.allocated_storage.map(small))
        .set_db_name(set(&spec.db_name))
        .set_engine(set(&spec.engine))
        .set_engine_lifecycle_support(set(&spec.engine_lifecycle_support))
        .set_license_model(set(&spec.license_model))
        .set_manage_master_user_password(spec.manage_master_user_password)
        .set_master_user_secret_kms_key_id(set(&spec.master_user_secret_kms_key_id));
    Ok(call.send().await.op("rds:RestoreDBInstanceFromDBSnapshot")?.db_instance)
}

async fn restore_time(
    aws: &Regional,
    new: &New<AwsDbInstance>,
) -> Result<Option<DbInstance>, Error> {
    let spec = &new.spec;
    let from = spec.restore_to_point_in_time.clone().unwrap_or_default();
    let time = from.restore_time.as_deref().filter(|text| !text.is_empty());
    let time = time.and_then(|text| {
        aws_smithy_types::DateTime::from_str(text, aws_smithy_types::date_time::Format::DateTime)
            .ok()
    });
    let call = common!(aws.rds().restore_db_instance_to_point_in_time(), spec, &new.tags)
        .set_target_db_instance_identifier(spec.identifier.clone())
        .set_source_db_instance_identifier(set(&from.source_db_instance_identifier))
        .set_source_dbi_resource_id(set(&from.source_dbi_resource_id))
        .set_source_db_instance_automated_backups_arn(set(
            &from.source_db_instance_automated_backups_arn
        ))
        .set_use_latest_restorable_time(from.use_latest_restorable_time)
        .set_restore_time(time)
        .set_allocated_storage(spec.allocated_storage.map(small))
        .set_db_name(set(&spec.db_name))
        .set_engine(set(&spec.engine))
        .set_engine_lifecycle_support(set(&spec.engine_lifecycle_support))
        .set_license_model(set(&spec.license_model))
        .set_manage_master_user_password(spec.manage_master_user_password)
        .set_master_user_secret_kms_key_id(set(&spec.master_user_secret_kms_key_id))
        .set_max_allocated_storage(spec.max_allocated_storage.filter(|size| *size > 0).map(small));
    Ok(call.send().await.op("rds:RestoreDBInstanceToPointInTime")?.db_instance)
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
