// lib/limits/lengths.ts: longest texts and lists of the resources in a template, by CloudFormation's resource schemas of 2026-11.

/** In characters, by type and property. The CDK checks a stack's own description. */
export const MAX_LENGTHS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'AWS::ApiGateway::RestApi': { Name: 1_024, Description: 1_024 },
  'AWS::ApiGateway::ApiKey': { Name: 1_024, Description: 1_024 },
  'AWS::ApiGatewayV2::Api': { Name: 128, Description: 1_024 },
  'AWS::Athena::NamedQuery': { Name: 128, Description: 1_024, Database: 255, QueryString: 262_144 },
  'AWS::Athena::WorkGroup': { Name: 128, Description: 1_024 },
  'AWS::CloudWatch::Alarm': { AlarmName: 255, AlarmDescription: 1_024 },
  'AWS::CloudWatch::Dashboard': { DashboardName: 255 },
  'AWS::DynamoDB::Table': { TableName: 255 },
  'AWS::EC2::SecurityGroup': { GroupDescription: 255, GroupName: 255 },
  'AWS::Events::EventBus': { Name: 256, Description: 512 },
  'AWS::Events::Rule': { Name: 64, Description: 512 },
  'AWS::IAM::Role': { RoleName: 64, Description: 1_000 },
  'AWS::KMS::Key': { Description: 8_192 },
  'AWS::Lambda::Function': { FunctionName: 64, Description: 256 },
  'AWS::Logs::LogGroup': { LogGroupName: 512 },
  'AWS::SNS::Topic': { TopicName: 256, DisplayName: 100 },
  'AWS::SQS::Queue': { QueueName: 80 },
  'AWS::Scheduler::Schedule': {
    Name: 64,
    Description: 512,
    ScheduleExpression: 256,
    ScheduleExpressionTimezone: 50,
  },
  'AWS::SecretsManager::Secret': { Name: 512, Description: 2_048 },
};

/** Items, by type and property. */
export const MAX_ITEMS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'AWS::CloudWatch::Alarm': { AlarmActions: 5, OKActions: 5, InsufficientDataActions: 5, Dimensions: 30 },
  'AWS::Events::Rule': { Targets: 5 },
  'AWS::DynamoDB::Table': { GlobalSecondaryIndexes: 20 },
  'AWS::ApiGatewayV2::Route': { AuthorizationScopes: 10 },
};

/** Of an output. */
export const MAX_DESCRIPTION = 1_024;
export const MAX_EXPORT_NAME = 255;
/** Of a template. */
export const MAX_OUTPUTS = 200;
export const MAX_RESOURCES = 500;
