output "a" { value = null }
output "c" { value = 1 }
