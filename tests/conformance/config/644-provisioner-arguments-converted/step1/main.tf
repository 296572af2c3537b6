resource "terraform_data" "a" {
  input = "x"
  provisioner "local-exec" {
    command = "echo $FOO ${path.module} > f"
    environment = { FOO = "bar", N = 1 }
    working_dir = path.module
    interpreter = ["/bin/sh", "-c"]
    quiet = true
  }
}
