resource "terraform_data" "a" { input = { x = 1, l = [1, 2] } }
locals {
  u = terraform_data.a.output
  i = terraform_data.a.id
}
output "a" { value = local.u.x }
output "b" { value = { k = local.i, l = 1 } }
output "c" { value = [local.i, 2] }
output "d" { value = "p-${local.i}" }
output "e" { value = local.i == "x" }
output "f" { value = length(local.i) > 0 }
output "g" { value = [for x in [1, 2] : x if local.i == "q"] }
output "h" { value = { for x in ["a"] : x => local.i } }
output "i" { value = toset([local.i, "b"]) }
output "j" { value = merge({ a = 1 }, local.u) }
output "k" { value = concat([1], local.u.l) }
output "l" { value = local.i != null }
output "m" { value = coalesce(null, local.i) }
output "n" { value = try(local.u.x, 1) }
output "o" { value = can(local.u.x) }
output "p" { value = startswith("p-${local.i}", "p-") }
output "q" { value = tomap({ a = local.i }) }
output "r" { value = jsonencode({ a = local.i }) }
output "s" { value = local.i == null ? 1 : 2 }
output "t" { value = lookup({ a = local.i }, "b", "d") }
output "u" { value = [local.i][*] }
output "v" { value = terraform_data.a[*].id }
output "w" { value = format("%s-%d", local.i, 2) }
output "x" { value = local.u[*] }
output "y" { value = sensitive(local.i)
sensitive = true }
output "z" { value = terraform_data.a }

