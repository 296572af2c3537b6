removed {
  from = terraform_data.a
  lifecycle { destroy = false }
}
removed {
  from = terraform_data.b
  lifecycle { destroy = true }
}
removed {
  from = module.m.terraform_data.r
  lifecycle { destroy = false }
}
removed {
  from = terraform_data.d
}
