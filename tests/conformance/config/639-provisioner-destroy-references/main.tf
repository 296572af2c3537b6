resource "terraform_data" "a" {
  for_each = toset(["a"])
  provisioner "local-exec" {
    when = destroy
    command = "echo ${self.id} ${each.key} ${path.module} ${local.x} ${upper(var.y)} ${terraform.workspace}"
    environment = { A = local.x, B = var.y }
  }
}
locals { x = 1 }
variable "y" { default = "" }
