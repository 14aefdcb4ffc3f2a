// lib/services/private-edge.ts: a private REST API, for callers from certain VPC endpoints only. HTTP APIs can't be private.
import { type Duration, Size, Stack, Validations } from 'aws-cdk-lib';
import { AuthorizationType, EndpointType, LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { InterfaceVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import { AccountRootPrincipal, AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Edge, EdgeProps } from './edge.ts';

/** Every path of a REST API starts with its stage. */
const STAGE = 'ledger';
const HTTPS = 443;

export function privateEdge(scope: Construct, { handler, settings }: EdgeProps): Edge {
  const { apiAuthorization, apiRequestsPerSecond, apiVpcEndpoints } = settings;
  const { region, stackName, urlSuffix } = Stack.of(scope);
  const api = new RestApi(scope, 'PrivateApi', {
    restApiName: stackName,
    description: `Restore jobs of ${stackName}`,
    endpointConfiguration: {
      types: [EndpointType.PRIVATE],
      vpcEndpoints: apiVpcEndpoints.map((vpcEndpointId) =>
        InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(scope, vpcEndpointId, { vpcEndpointId, port: HTTPS }),
      ),
    },
    policy: onlyThrough(apiVpcEndpoints, apiAuthorization === 'none'),
    minCompressionSize: Size.kibibytes(1), // the function answers in text
    cloudWatchRole: false, // it would replace that of the whole AWS account and region
    deployOptions: {
      stageName: STAGE,
      throttlingRateLimit: apiRequestsPerSecond,
      throttlingBurstLimit: apiRequestsPerSecond * 2,
    },
    defaultMethodOptions: {
      authorizationType: apiAuthorization === 'none' ? AuthorizationType.NONE : AuthorizationType.IAM,
    },
  });
  api.node.tryRemoveChild('Endpoint'); // an output of its own, which ApiUrl is already
  const integration = new LambdaIntegration(handler, { allowTestInvoke: false });
  api.root.addMethod('ANY', integration);
  api.root.addProxy({ anyMethod: true, defaultIntegration: integration });
  acknowledge(api);
  return {
    // The name of an associated endpoint resolves without private DNS, too.
    url: `https://${api.restApiId}-${apiVpcEndpoints[0]}.execute-api.${region}.${urlSuffix}/${STAGE}`,
    serverErrors: (period: Duration) =>
      new Metric({
        namespace: 'AWS/ApiGateway',
        metricName: '5XXError',
        dimensionsMap: { ApiName: stackName },
        statistic: Stats.SUM,
        period,
      }),
  };
}

/** To callers of this AWS account, it leaves the decision to their own policies. */
function onlyThrough(vpcEndpoints: readonly string[], open: boolean): PolicyDocument {
  const common = { actions: ['execute-api:Invoke'], resources: ['execute-api:/*'] };
  const elsewhere = { StringNotEquals: { 'aws:SourceVpce': [...vpcEndpoints] } };
  return new PolicyDocument({
    statements: [
      new PolicyStatement({ ...common, principals: [open ? new AnyPrincipal() : new AccountRootPrincipal()] }),
      new PolicyStatement({
        ...common,
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        conditions: elsewhere,
      }),
    ],
  });
}

function acknowledge(api: RestApi) {
  const reasons = {
    'AwsSolutions-APIG1': 'Access logs of a REST API take a role that is set for the whole AWS account and region.',
    'AwsSolutions-APIG2': 'The function checks requests itself, and answers with what is wrong.',
    'AwsSolutions-APIG3': 'Only named VPC endpoints reach it.',
    'AwsSolutions-APIG6': 'Execution logs take the same role; the function logs what fails.',
    'AwsSolutions-COG4': 'Callers are AWS identities, or whoever the VPC endpoints let in.',
  };
  for (const [id, reason] of Object.entries(reasons)) Validations.of(api).acknowledge({ id, reason });
}
