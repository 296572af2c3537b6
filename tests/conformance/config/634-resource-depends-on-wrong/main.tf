resource "terraform_data" "y" {
  depends_on = [terraform_data.x[0], data.a.b, module.x, var.y, local.z, foo, path.module, each.key, terraform_data.x.id, terraform_data.z["a"], terraform_data.z]
}
resource "terraform_data" "x" {}
resource "terraform_data" "z" { count = 1 }
