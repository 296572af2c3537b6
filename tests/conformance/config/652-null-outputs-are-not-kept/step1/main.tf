output "a" { value = null }
output "b" { value = tostring(null) }
output "c" { value = { x = null } }
