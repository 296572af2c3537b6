output "a" { value = var.x }
output "b" { value = terraform_data.y.id }
output "c" { value = local.z }
