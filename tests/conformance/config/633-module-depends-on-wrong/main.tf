module "m" {
  source = "./m"
  depends_on = [terraform_data.x[0], data.a.b, module.x, var.y, local.z, foo, path.module, each.key, terraform_data.x.id]
}
resource "terraform_data" "x" {}
