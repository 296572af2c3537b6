output "url" {
  description = "Where the application answers"
  value       = "http://${aws_lb.this.dns_name}"
}

output "load_balancer_arn" {
  description = "The load balancer"
  value       = aws_lb.this.arn
}

output "target_group_arn" {
  description = "The target group of the instances"
  value       = aws_lb_target_group.app.arn
}

output "autoscaling_group_name" {
  description = "The group of the instances"
  value       = aws_autoscaling_group.app.name
}

output "security_group_id" {
  description = "The firewall of the instances, to be let into databases"
  value       = aws_security_group.app.id
}

output "error_alarm_name" {
  description = "The alarm that fires when the application answers with errors"
  value       = aws_cloudwatch_metric_alarm.errors.alarm_name
}
