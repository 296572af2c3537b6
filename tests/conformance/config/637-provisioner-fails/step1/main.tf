resource "terraform_data" "a" {
  input = "hello"
  provisioner "local-exec" {
    command = "echo out; echo err >&2; exit 3"
  }
}
