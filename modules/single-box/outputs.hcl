output "instance_id" {
  description = "The instance"
  value       = aws_instance.this.id
}

output "public_ip" {
  description = "The fixed address"
  value       = aws_eip.this.public_ip
}

output "private_ip" {
  description = "The address within the VPC"
  value       = aws_instance.this.private_ip
}

output "data_volume_id" {
  description = "The data volume"
  value       = aws_ebs_volume.data.id
}

output "security_group_id" {
  description = "The firewall"
  value       = aws_security_group.this.id
}
