// The types of the package are not annotated either.
#nullable disable

using Amazon.Runtime;

namespace Amazon.SecretsManager.Model;

/// <summary>Asks for the value of a version: the one named, or the one that has the stage.</summary>
public class GetSecretValueRequest : AmazonWebServiceRequest
{
    public string SecretId { get; set; }

    public string VersionId { get; set; }

    public string VersionStage { get; set; }
}

/// <summary>A version and its value.</summary>
public class GetSecretValueResponse : AmazonWebServiceResponse
{
    public string ARN { get; set; }

    public DateTime? CreatedDate { get; set; }

    public string Name { get; set; }

    public string SecretString { get; set; }

    public string VersionId { get; set; }

    public List<string> VersionStages { get; set; }
}

/// <summary>Gives a version its value. <see cref="ClientRequestToken"/> becomes its id.</summary>
public class PutSecretValueRequest : AmazonWebServiceRequest
{
    public string SecretId { get; set; }

    public string ClientRequestToken { get; set; }

    public string SecretString { get; set; }

    public List<string> VersionStages { get; set; }
}

/// <summary>The version that has the value, and its stages.</summary>
public class PutSecretValueResponse : AmazonWebServiceResponse
{
    public string ARN { get; set; }

    public string Name { get; set; }

    public string VersionId { get; set; }

    public List<string> VersionStages { get; set; }
}

/// <summary>Asks for all but the value.</summary>
public class DescribeSecretRequest : AmazonWebServiceRequest
{
    public string SecretId { get; set; }
}

/// <summary>The secret's versions and their stages.</summary>
public class DescribeSecretResponse : AmazonWebServiceResponse
{
    public string ARN { get; set; }

    public string Name { get; set; }

    public Dictionary<string, List<string>> VersionIdsToStages { get; set; }
}

/// <summary>Takes a stage from one version and gives it to another.</summary>
public class UpdateSecretVersionStageRequest : AmazonWebServiceRequest
{
    public string SecretId { get; set; }

    public string VersionStage { get; set; }

    public string RemoveFromVersionId { get; set; }

    public string MoveToVersionId { get; set; }
}

/// <summary>The secret whose stage has moved.</summary>
public class UpdateSecretVersionStageResponse : AmazonWebServiceResponse
{
    public string ARN { get; set; }

    public string Name { get; set; }
}

/// <summary>Asks Secrets Manager to have the secret rotated now.</summary>
public class RotateSecretRequest : AmazonWebServiceRequest
{
    public string SecretId { get; set; }

    public string ClientRequestToken { get; set; }
}

/// <summary>The version that the rotation makes.</summary>
public class RotateSecretResponse : AmazonWebServiceResponse
{
    public string ARN { get; set; }

    public string Name { get; set; }

    public string VersionId { get; set; }
}
