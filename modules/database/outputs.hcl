output "endpoint" {
  description = "Host and port of the primary"
  value       = aws_db_instance.primary.endpoint
}

output "replica_endpoints" {
  description = "Hosts and ports of the read replicas"
  value       = aws_db_instance.replica[*].endpoint
}

output "master_user_secret_arn" {
  description = "The secret that holds the master password"
  value       = aws_db_instance.primary.master_user_secret[0].secret_arn
}

output "security_group_id" {
  description = "The firewall"
  value       = aws_security_group.this.id
}
