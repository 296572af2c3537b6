resource "terraform_data" "a" { input = "x" }
locals { u = terraform_data.a.output }
output "a" { value = local.u ? 1 : 2 }
output "b" { value = [for x in local.u : x] }
output "c" { value = { for k, v in local.u : k => v } }
output "d" { value = local.u[0] }
output "e" { value = local.u.*.x }
output "f" { value = keys(local.u) }
output "g" { value = split(",", local.u) }
output "h" { value = length(split(",", local.u)) }
output "i" { value = "%{ if local.u }x%{ endif }" }
output "j" { value = "%{ for q in local.u }x%{ endfor }" }
output "k" { value = local.u + 1 }
output "l" { value = !local.u }
output "m" { value = local.u && false }
output "n" { value = toset([local.u]) }
output "o" { value = format("%s", local.u) }
output "p" { value = max(local.u, 3) }
output "q" { value = jsondecode(local.u) }
output "r" { value = tolist([local.u, "a"]) }
output "s" { value = zipmap(["a"], [local.u]) }
output "t" { value = element([local.u, 2], 1) }
output "u" { value = merge(local.u, { a = 1 }) }
output "v" { value = flatten([local.u]) }
output "w" { value = setunion(["a"], [local.u]) }
output "x" { value = try(local.u.nope, 3) }
output "y" { value = can(tonumber(local.u)) }
