output "vpc_id" {
  description = "The VPC"
  value       = aws_vpc.this.id
}

output "public_subnet_ids" {
  description = "Public subnets, in the order of the zones"
  value       = [for zone in local.zones : aws_subnet.public[zone].id]
}

output "private_subnet_ids" {
  description = "Private subnets, in the order of the zones"
  value       = [for zone in local.zones : aws_subnet.private[zone].id]
}

output "zones" {
  description = "The availability zones that the network spans"
  value       = local.zones
}

output "nat_public_ips" {
  description = "Addresses from which the private subnets reach the internet"
  value       = [for address in aws_eip.nat : address.public_ip]
}
