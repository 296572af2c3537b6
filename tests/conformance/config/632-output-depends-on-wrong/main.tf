output "a" {
  value = 1
  depends_on = [terraform_data.x[0], data.a.b, module.x, var.y, local.z, foo, path.module, each.key]
}
resource "terraform_data" "x" {}
